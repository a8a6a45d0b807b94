"""Jobs that keep one phase of one engine busy for seconds, whatever the machine: to be cancelled meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HEAD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'


@dataclass(frozen=True)
class LongJob:
    backend_id: str
    shots: int
    input: str


def layers(qubits: int, count: int, gate: str = "ry(0.3) q[{i}];", noise: str = "") -> str:
    """OpenQASM 2 with `count` layers of a gate on each qubit and of entangling ones, measured at the end."""
    layer = [f"{gate.format(i=i)}\ncx q[{i}],q[{(i + 1) % qubits}];" for i in range(qubits)]
    return HEAD + "\n".join([f"qreg q[{qubits}];", f"creg c[{qubits}];", *layer * count, "measure q -> c;"])


def noisy(qubits: int, count: int) -> str:
    """OpenQASM 3 with Braket's noise after each gate."""
    layer = [f"ry(0.3) q[{i}];\n#pragma braket noise depolarizing(0.05) q[{i}]\ncnot q[{i}], q[{(i + 1) % qubits}];"
             for i in range(qubits)]  # fmt: skip
    return "\n".join(["OPENQASM 3.0;", f"qubit[{qubits}] q;", f"bit[{qubits}] b;", *layer * count, "b = measure q;"])


def resets(qubits: int, count: int) -> str:
    """Clifford gates with measurements and resets between."""
    layer = [f"h q[{i}];\ncx q[{i}],q[{(i + 1) % qubits}];\nmeasure q[{i}] -> c[{i}];\nreset q[{i}];" for i in range(qubits)]
    return HEAD + "\n".join([f"qreg q[{qubits}];", f"creg c[{qubits}];", *layer * count])


def long_jobs() -> dict[str, LongJob]:
    """By what they are busy with; the backends `busy.*` are those that write_backends() adds."""
    uniform = HEAD + "qreg q[22];\ncreg c[22];\n" + "\n".join(f"h q[{i}];" for i in range(22)) + "\nmeasure q -> c;"
    return {
        "state vector: gates": LongJob("local.sim.statevector", 10, layers(25, 60)),
        "state vector: many small gates": LongJob("local.sim.statevector", 10, layers(16, 4000)),
        "state vector: sampling": LongJob("busy.statevector", 50_000_000, uniform),
        "stabilizer: shots": LongJob("busy.stabilizer", 2_000_000, resets(400, 60)),
        "density matrix: gates and noise": LongJob("aws.sim.dm1", 10, noisy(12, 400)),
        "trajectories: shots": LongJob("busy.trajectories", 1_000_000, noisy(16, 20)),
        "auto: gates": LongJob("local.sim.auto", 10, layers(25, 60)),
        "reading a circuit": LongJob("local.sim.statevector", 10, layers(4, 150_000, "ry(0.123456789) q[{i}];")),
    }


def write_backends(folder: Path) -> None:
    """Engines that no backend of the hub offers as such, with room for many shots."""
    folder.mkdir(parents=True, exist_ok=True)
    for engine, based_on in {"statevector": "local.sim.statevector", "stabilizer": "local.sim.stabilizer",
                             "trajectories": "aws.sim.dm1"}.items():  # fmt: skip
        description = {
            "based_on": based_on,
            "engine": engine,
            "backend": {"id": f"busy.{engine}", "name": f"busy.{engine}",
                        "configuration": {"qubit_count": 500, "shots_range": {"max": 1_000_000_000}}},
        }  # fmt: skip
        (folder / f"{engine}.json").write_text(json.dumps(description))
