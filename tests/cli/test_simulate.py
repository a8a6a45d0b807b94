"""qhubctl simulate runs circuit files without any hub."""

from __future__ import annotations

import json

import pytest

from support.command_line import CommandLine
from support.programs import REPOSITORY

BELL = REPOSITORY / "examples/bell.qasm"


@pytest.fixture
def qhubctl(tmp_path):
    return CommandLine(tmp_path)


def simulate(qhubctl, file, *options: str) -> dict:
    outcome = qhubctl("simulate", file, "--json", *options)
    assert (outcome.code, outcome.errors) == (0, "")
    return json.loads(outcome.output)


def program(tmp_path, text: str):
    file = tmp_path / "program.qasm"
    file.write_text(f'OPENQASM 3.0;\ninclude "stdgates.inc";\n{text}')
    return file


def test_the_answer_has_counts_engine_memory_and_timing(qhubctl):
    answer = simulate(qhubctl, BELL, "--shots", "1000", "--seed", "1", "--engine", "statevector")
    assert set(answer["counts"]) == {"00", "11"} and sum(answer["counts"].values()) == 1000
    assert abs(answer["counts"]["00"] - 500) < 5 * 16
    assert answer["engine"] == "statevector" and answer["seed"] == 1
    assert answer["peak_memory_bytes"] > 0
    timing = answer["timing"]
    assert set(timing) == {"parse_s", "plan_s", "simulate_s", "sample_s", "run_s"}
    assert timing["run_s"] == pytest.approx(timing["plan_s"] + timing["simulate_s"] + timing["sample_s"])


def test_classical_bit_0_and_the_first_register_are_rightmost(qhubctl, tmp_path):
    file = program(tmp_path, "qubit[3] q; bit[1] a; bit[2] b; x q[0]; a[0] = measure q[0]; b = measure q[1:2];")
    for engine in ("statevector", "stabilizer", "density_matrix", "trajectories"):
        assert simulate(qhubctl, file, "--engine", engine)["counts"] == {"001": 1024}


def test_the_same_seed_gives_the_same_counts_on_any_number_of_threads(qhubctl, tmp_path):
    file = program(tmp_path, "qubit[9] q; bit[9] c; h q; cz q[0], q[8]; h q[0]; c = measure q;")
    for engine in ("statevector", "stabilizer"):
        options = ["--engine", engine, "--shots", "20000", "--noise-p1", "0.01"][: 6 if engine == "stabilizer" else 4]
        answers = [simulate(qhubctl, file, *options, "--seed", "5", "--threads", threads) for threads in "123"]
        assert answers[0]["counts"] == answers[1]["counts"] == answers[2]["counts"]
        assert simulate(qhubctl, file, *options, "--seed", "6")["counts"] != answers[0]["counts"]


def test_auto_takes_stabilizers_for_clifford_circuits(qhubctl, tmp_path):
    chain = "".join(f"cx q[{i}], q[{i + 1}];" for i in range(999))
    answer = simulate(qhubctl, program(tmp_path, f"qubit[1000] q; bit[1000] c; h q[0]; {chain} c = measure q;"))
    assert answer["engine"] == "stabilizer"
    assert set(answer["counts"]) == {"0" * 1000, "1" * 1000}
    assert answer["prediction"]["seconds"] > 0 and answer["prediction"]["memory_bytes"] > 1000**2 / 2


def test_auto_takes_state_vectors_for_others(qhubctl, tmp_path):
    answer = simulate(qhubctl, program(tmp_path, "qubit[2] q; bit[2] c; h q; t q; h q; c = measure q;"))
    assert answer["engine"] == "statevector"


def test_noise_is_depolarizing(qhubctl, tmp_path):
    # X or Y, two of the three Pauli operators, flip a bit: 2/3 of p; a pair is changed by 12 of 15 pairs of operators.
    file = program(tmp_path, "qubit[3] q; bit[3] c; x q[0]; cx q[1], q[2]; c = measure q;")
    shots = 100_000
    answer = simulate(qhubctl, file, "--noise-p1", "0.3", "--noise-p2", "0.15", "--shots", str(shots), "--seed", "2")
    flipped = sum(count for text, count in answer["counts"].items() if text[2] == "0") / shots
    changed = sum(count for text, count in answer["counts"].items() if text[:2] != "00") / shots
    assert flipped == pytest.approx(0.2, abs=5 * (0.2 * 0.8 / shots) ** 0.5)
    assert changed == pytest.approx(0.12, abs=5 * (0.12 * 0.88 / shots) ** 0.5)


def test_trajectories_tell_their_error(qhubctl):
    answer = simulate(qhubctl, BELL, "--engine", "trajectories", "--noise-p2", "0.1", "--shots", "2500")
    assert answer["engine"] == "trajectories"
    assert answer["standard_error"] == pytest.approx(0.01, rel=0.05)  # of about a half


def test_auto_takes_density_matrices_for_few_qubits_with_noise(qhubctl, tmp_path):
    file = program(tmp_path, "qubit[3] q; bit[3] c; h q; t q; h q; c = measure q;")
    assert simulate(qhubctl, file, "--noise-p1", "0.01", "--shots", "100000")["engine"] == "density_matrix"


def test_a_histogram_for_people(qhubctl):
    outcome = qhubctl("simulate", BELL, "--shots", "1000")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.text.splitlines()] == ["00", "11"]


def test_each_mistake_takes_one_line(qhubctl, tmp_path):
    assert "no-such-file.qasm" in qhubctl.refused("simulate", "no-such-file.qasm")
    assert "--engine takes auto, statevector" in qhubctl.refused("simulate", BELL, "--engine", "qubits")
    assert "--noise-p1" in qhubctl.refused("simulate", BELL, "--noise-p1", "1.5")
    assert "--noise-p2" in qhubctl.refused("simulate", BELL, "--noise-p2", "nan")
    assert "--precision" in qhubctl.refused("simulate", BELL, "--precision", "half")
    assert "--shots" in qhubctl.refused("simulate", BELL, "--shots", "0")
    t_gate = program(tmp_path, "qubit q; bit c; h q; t q; c = measure q;")
    assert "instruction 1, t, is not a Clifford gate" in qhubctl.refused("simulate", t_gate, "--engine", "stabilizer")
    wrong = program(tmp_path, "qubit[2] q;\nh q[7];")
    assert qhubctl("simulate", wrong).errors.startswith(f"{wrong}:4:5: index 7")


def test_what_is_too_large_is_refused_with_the_number(qhubctl, tmp_path):
    file = program(tmp_path, "qubit[70] q; bit[70] c; h q; t q; c = measure q;")
    message = qhubctl.refused("simulate", file)
    assert "70 qubits" in message and "over the limit" in message
    file = program(tmp_path, "qubit[28] q; bit[28] c; h q; t q; c = measure q;")
    assert "28 qubits needs" in qhubctl.refused("simulate", file, "--memory", "1")
