"""Times qhub's state vector engine beside others: the same circuits, one after the other, in one run.

    bench/sim/run.py --qhubctl build/release/bin/qhubctl [--families ghz,qft] [--qubits 20,24] [--threads 2]
                     [--precision single,double] [--peers qsim,qulacs,aer] [--repeat 3] [--processor-time] [--json FILE]

Needs the packages of requirements.txt for the peers. Each figure is the best of the repetitions, in seconds. With
--processor-time it is the processors' time instead, which a busy machine disturbs less; qhub's then includes the start of
its process and parsing."""

import argparse
import json
import math
import os
import resource
import subprocess
import tempfile
import time

import families

# Of one core of the machine of the table in README.md, measured.
COPY_BYTES_PER_SECOND = 26.5e9
FLOPS_PER_SECOND = {"single": 106e9, "double": 53e9}
MIXING = {"h", "ry", "rx", "u3"}  # one-qubit gates that are more than a phase or an exchange


def bound(n, gates, threads, precision):
    """Seconds that no method of this kind goes below: the larger of arithmetic over peak (4 operations per amplitude and
    rotation, 32 per matrix on two qubits, phases and exchanges for nothing) and one pass over the memory over the speed
    of copying."""
    amplitudes = 2**n
    operations = sum(32 if name == "unitary" else 4 if name in MIXING else 0 for name, _, _ in gates) * amplitudes
    moved = 2 * amplitudes * {"single": 8, "double": 16}[precision]
    return max(operations / FLOPS_PER_SECOND[precision], moved / COPY_BYTES_PER_SECOND) / threads


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def qhub(program, path, threads, precision, of_processor):
    def run():
        before = processor_time()
        command = [program, "simulate", path, "--engine", "statevector", "--shots", "1000", "--seed", "1"]
        command += ["--precision", precision, "--threads", str(threads), "--json"]
        output = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return processor_time() - before if of_processor else output["timing"]["run_s"]

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qhubctl", default="build/release/bin/qhubctl")
    parser.add_argument("--families", default=",".join(families.FAMILIES))
    parser.add_argument("--qubits", default="20")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="single,double")
    parser.add_argument("--peers", default="qsim,qulacs,aer")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--processor-time", action="store_true")
    parser.add_argument("--json")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    import peers  # after the number of threads is set, because OpenMP reads it once

    if args.processor_time:
        peers.clock = time.process_time
    known = {"single": peers.SINGLE, "double": peers.DOUBLE}
    rows = []
    for n in map(int, args.qubits.split(",")):
        for family in args.families.split(","):
            gates = families.FAMILIES[family](n)
            with tempfile.NamedTemporaryFile("w", suffix=".qasm") as file:
                file.write(families.to_openqasm(n, gates))
                file.flush()
                for precision in args.precision.split(","):
                    runs = {"qhub": qhub(args.qhubctl, file.name, args.threads, precision, args.processor_time)}
                    for name, make in known[precision].items():
                        if name in args.peers.split(","):
                            runs[name] = make(n, gates, args.threads)
                    best = dict.fromkeys(runs, math.inf)
                    for _ in range(args.repeat):  # one after the other, so that all see the same machine
                        for name, run in runs.items():
                            best[name] = min(best[name], run())
                    fastest_peer = min((t for name, t in best.items() if name != "qhub"), default=math.nan)
                    row = {"family": family, "qubits": n, "precision": precision, "threads": args.threads}
                    row |= {"gates": len(gates), "seconds": best, "ratio": fastest_peer / best["qhub"]}
                    row["of_bound"] = bound(n, gates, args.threads, precision) / best["qhub"]
                    rows.append(row)
                    times = "  ".join(f"{name} {seconds:.4g}" for name, seconds in best.items())
                    print(f"{family:15} n={n} {precision:6} {times}  ratio {row['ratio']:.2f}  "
                          f"{row['of_bound']:.0%} of the bound", flush=True)
    for precision in args.precision.split(","):
        ratios = [row["ratio"] for row in rows if row["precision"] == precision and row["ratio"] > 0]
        if ratios:
            print(f"{precision}: geometric mean {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}, "
                  f"least {min(ratios):.2f}")
    if args.json:
        with open(args.json, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
