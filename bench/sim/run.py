"""Times qhub's state vector engine beside others: the same circuits, in turn, in one run.

    bench/sim/run.py [--program build/release/bin/simulate_repeatedly] [--families ghz,qft] [--qubits 10,16,20,22,24] [--threads 2,1]
                     [--precision single,double] [--peers qsim,qulacs,aer] [--repeat 3] [--limit 600]
                     [--processor-time] [--json FILE]

Needs the packages of requirements.txt for the peers. Prints a table for each number of threads and precision: medians of
the repetitions in seconds, with their range in per cent; then the geometric mean over the families and the least ratio.
What takes a peer more than 10 seconds is done once. Of a peer's variants only the fastest is repeated, and tried again on
more qubits; a peer that was more than twice as slow as another is left out there. With --processor-time it is the
processors' time instead, which a busy machine disturbs less. After --limit seconds nothing more is begun."""

import argparse
import concurrent.futures
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import families

LONG = 10  # seconds after which a peer's run is not repeated
MIXING = {"h", "ry", "rx", "u3"}  # one-qubit gates that are more than a phase or an exchange
AMPLITUDE_BYTES = {"single": 8, "double": 16}


class Machine:
    """What the processors can do at most, measured here and now: 'bound' is how long a run takes that reaches it."""

    def __init__(self, threads):
        import numpy as np

        self.np, self.threads = np, threads
        self.flops = {"single": self.product_rate(np.float32), "double": self.product_rate(np.float64)}

    def product_rate(self, kind, size=2048):
        """Operations per second of the product of two matrices."""
        a = self.np.ones((size, size), kind)
        a @ a
        return 2 * size**3 / min(self.seconds(lambda: a @ a) for _ in range(3))

    def copy_rate(self, size):
        """Bytes read and written per second, where an array of this size is copied to another."""
        parts = [self.np.ones(size // self.threads, self.np.uint8) for _ in range(2 * self.threads)]
        repeats = max(1, 2**28 // size)

        def copy(thread):
            for _ in range(repeats):
                self.np.copyto(parts[thread], parts[thread + self.threads])

        with concurrent.futures.ThreadPoolExecutor(self.threads) as pool:
            best = min(self.seconds(lambda: list(pool.map(copy, range(self.threads)))) for _ in range(3))
        return 2 * size * repeats / best

    @staticmethod
    def seconds(work):
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    def bound(self, n, gates, precision, copy_rate):
        """The larger of arithmetic over peak (4 operations per amplitude and rotation, 32 per matrix on two qubits,
        phases and exchanges for nothing) and one copy of the state over the speed of copying."""
        each = [32 if name == "unitary" else 4 if name in MIXING else 0 for name, _, _ in gates]
        return max(sum(each) * 2**n / self.flops[precision], 2 * 2**n * AMPLITUDE_BYTES[precision] / copy_rate)


class Qhub:
    """A process that holds the circuit and runs it when asked to."""

    def __init__(self, args, path, precision, threads):
        command = [args.program, path, precision, str(threads), "1000"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.of_processor, self.timings = args.processor_time, []

    def run(self):
        before = self.processor_time()
        print(file=self.process.stdin, flush=True)
        self.timings.append([float(part) for part in self.process.stdout.readline().split()])
        return self.processor_time() - before if self.of_processor else sum(self.timings[-1])

    def processor_time(self):
        """Of all its threads, in seconds."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def per_gate(self, part, gates):
        return statistics.median(timing[part] for timing in self.timings) / gates * 1e9

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Contest:
    """One family: who is worth trying on more qubits, and how. Small sizes tell nothing about that."""

    def __init__(self):
        self.variant, self.left_out = {}, set()

    def candidates(self, peer, variants):
        return {self.variant[peer]: variants[self.variant[peer]]} if peer in self.variant else variants

    def settle(self, n, variants, samples):
        if n < 20:
            return
        self.variant |= variants
        fastest = min(map(statistics.median, samples.values()), default=0)
        self.left_out |= {peer for peer, times in samples.items() if statistics.median(times) > 2 * fastest}


def measure(n, contest, ours, peers, repeat):
    """Seconds of each, by name. Everybody runs in turn, so that all see the same machine."""
    samples, best = {"qhub": []} | {peer: [] for peer in peers}, {}
    for _ in range(repeat):
        samples["qhub"].append(ours())
        for peer, variants in peers.items():
            if samples[peer] and samples[peer][0] > LONG:
                continue
            candidates = {best[peer]: variants[best[peer]]} if peer in best else contest.candidates(peer, variants)
            times = {name: run() for name, run in candidates.items()}
            best[peer] = min(times, key=times.get)
            samples[peer].append(times[best[peer]])
    contest.settle(n, best, {peer: times for peer, times in samples.items() if peer != "qhub"})
    return samples


def show(times):
    if not times:
        return "–"
    middle = statistics.median(times)
    return f"{middle:.4g} ±{(max(times) - min(times)) / 2 / middle:.0%}" if len(times) > 1 else f"{middle:.4g} (once)"


def run_threads(args, threads):
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
    machine = Machine(threads)
    import peers  # after the number of threads is set, because OpenMP reads it once

    if args.processor_time:
        peers.clock = time.process_time
    known = {"single": peers.SINGLE, "double": peers.DOUBLE}
    rows, ended = [], False
    for precision in args.precision.split(","):
        names = [name for name in known[precision] if name in args.peers.split(",")]
        contests = {family: Contest() for family in args.families.split(",")}
        for n in sorted(map(int, args.qubits.split(","))):
            rate = machine.copy_rate(2**n * AMPLITUDE_BYTES[precision])
            print(f"\n{n} qubits, {precision} precision, {threads} thread{'s' * (threads > 1)}: "
                  f"peak {machine.flops[precision] / 1e9:.0f} GFLOP/s, copies {rate / 1e9:.0f} GB/s\n")
            columns = ["family", "qhub", *names, "ratio", "of bound", "plan, ns/gate", "simulate, ns/gate"]
            print(f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}")
            ratios = []
            for family, contest in contests.items():
                if ended or (ended := args.limit is not None and time.monotonic() - args.started > args.limit):
                    print(f"| {family}: left out, over the time limit |", flush=True)
                    continue
                gates = families.FAMILIES[family](n)
                with tempfile.NamedTemporaryFile("w", suffix=".qasm") as file:
                    file.write(families.to_openqasm(n, gates))
                    file.flush()
                    entered = {p: known[precision][p](n, gates, threads) for p in names if p not in contest.left_out}
                    with Qhub(args, file.name, precision, threads) as ours:
                        repeat = args.repeat if n > 12 else 5 * args.repeat
                        samples = measure(n, contest, ours.run, entered, repeat)
                        plan, simulate = ours.per_gate(0, len(gates)), ours.per_gate(1, len(gates))
                seconds = {name: statistics.median(times) for name, times in samples.items()}
                row = {"family": family, "qubits": n, "precision": precision, "threads": threads, "gates": len(gates),
                       "samples": samples, "of_bound": machine.bound(n, gates, precision, rate) / seconds["qhub"]}
                row["ratio"] = min((t for name, t in seconds.items() if name != "qhub"), default=math.nan) / seconds["qhub"]
                ratios.append(row["ratio"])
                rows.append(row)
                cells = [show(samples.get(name, [])) for name in ("qhub", *names)]
                print(f"| {family} | {' | '.join(cells)} | {row['ratio']:.2f} | {row['of_bound']:.0%} | "
                      f"{plan:.0f} | {simulate:.0f} |", flush=True)
            ratios = [ratio for ratio in ratios if ratio > 0]
            if ratios:
                mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
                print(f"\ngeometric mean {mean:.2f}, least {min(ratios):.2f}: "
                      f"{'never slower' if min(ratios) >= 1 else 'SLOWER on some family'}", flush=True)
    if args.json:
        with open(args.json, "a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/simulate_repeatedly")
    parser.add_argument("--families", default=",".join(families.FAMILIES))
    parser.add_argument("--qubits", default="10,16,20,22,24")
    parser.add_argument("--threads", default="2,1")
    parser.add_argument("--precision", default="single,double")
    parser.add_argument("--peers", default="qsim,qulacs,aer")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float)
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--json", help="file to which a line per row is added")
    args = parser.parse_args()
    args.started = time.monotonic()
    threads = args.threads.split(",")
    if len(threads) == 1:
        return run_threads(args, int(threads[0]))
    for count in threads:  # a process for each, because OpenMP reads the number of threads once
        arguments = [*sys.argv[1:], "--threads", count]
        if args.limit is not None:
            arguments += ["--limit", str(max(0, args.limit - (time.monotonic() - args.started)))]
        subprocess.run([sys.executable, __file__, *arguments], check=True)


if __name__ == "__main__":
    main()
