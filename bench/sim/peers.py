"""Other simulators at their best settings. Each takes a circuit and returns its variants, by name: functions that simulate
it once, with 1,000 shots, and return the seconds that took, without making or translating the circuit."""

import time

import numpy as np

SHOTS = 1000
clock = time.perf_counter  # run.py may put time.process_time here


def qsim(n, gates, threads):
    """Single precision. Its own fusion, of two sizes; the shots are left out, in its favour."""
    import cirq
    import qsimcirq

    qubits = cirq.LineQubit.range(n)
    make = {
        "h": lambda p: cirq.H,
        "x": lambda p: cirq.X,
        "cx": lambda p: cirq.CNOT,
        "swap": lambda p: cirq.SWAP,
        "ry": lambda p: cirq.ry(p[0]),
        "rx": lambda p: cirq.rx(p[0]),
        "cp": lambda p: cirq.CZPowGate(exponent=p[0] / np.pi),
        "rzz": lambda p: cirq.ZZPowGate(exponent=p[0] / np.pi, global_shift=-0.5),
        "u3": lambda p: cirq.MatrixGate(u3(*p)),
        # Cirq's first qubit is the highest bit of a matrix, ours the lowest.
        "unitary": lambda p: cirq.MatrixGate(p[0][np.ix_([0, 2, 1, 3], [0, 2, 1, 3])]),
    }
    circuit = cirq.Circuit()
    for name, on, parameters in gates:
        if name == "mcz":
            circuit.append(cirq.Z(qubits[on[-1]]).controlled_by(*(qubits[q] for q in on[:-1])))
        else:
            circuit.append(make[name](parameters).on(*(qubits[q] for q in on)))
    variants = {}
    for fused in (3, 4):
        simulator = qsimcirq.QSimSimulator({"t": threads, "f": fused})
        options = {**simulator.qsim_options, "c": None, "s": 1}
        options["c"] = qsimcirq.QSimCircuit(circuit).translate_cirq_to_qsim(qubits)
        if isinstance(options["c"], tuple):  # and places of its moments, in newer releases
            options["c"] = options["c"][0]

        def run(simulator=simulator, options=options):
            started = clock()
            simulator._sim_module.qsim_simulate_fullstate(options, 0)
            return clock() - started

        variants[f"fusion {fused}"] = run
    return variants


def qulacs(n, gates, threads):
    """Double precision."""
    import qulacs as q
    from qulacs import gate as g
    from qulacs.circuit import QuantumCircuitOptimizer

    circuit = q.QuantumCircuit(n)
    for name, on, p in gates:
        if name == "h":
            circuit.add_H_gate(on[0])
        elif name == "x":
            circuit.add_X_gate(on[0])
        elif name == "cx":
            circuit.add_CNOT_gate(*on)
        elif name == "swap":
            circuit.add_SWAP_gate(*on)
        elif name == "ry":
            circuit.add_RotY_gate(on[0], p[0])
        elif name == "rx":
            circuit.add_RotX_gate(on[0], p[0])
        elif name == "cp":
            phase = g.U1(on[1], p[0])
            phase = g.to_matrix_gate(phase)
            phase.add_control_qubit(on[0], 1)
            circuit.add_gate(phase)
        elif name == "rzz":
            circuit.add_multi_Pauli_rotation_gate(on, [3, 3], -p[0])
        elif name == "u3":
            circuit.add_U3_gate(on[0], *p)
        elif name == "unitary":
            circuit.add_dense_matrix_gate(on, p[0])
        elif name == "mcz":
            phase = g.to_matrix_gate(g.Z(on[-1]))
            for control in on[:-1]:
                phase.add_control_qubit(control, 1)
            circuit.add_gate(phase)
    merged = circuit.copy()  # its optimizer merges gates; not always for the better
    QuantumCircuitOptimizer().optimize(merged, 2)

    def run(circuit):
        started = clock()
        state = q.QuantumState(n)
        circuit.update_quantum_state(state)
        state.sampling(SHOTS)
        return clock() - started

    return {"plain": lambda: run(circuit), "optimized": lambda: run(merged)}


def aer(n, gates, threads, precision="double"):
    """Method statevector with its default fusion; the time is the one it reports for execution."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import UnitaryGate, ZGate
    from qiskit_aer import AerSimulator

    circuit = QuantumCircuit(n)
    for name, on, p in gates:
        if name == "u3":
            circuit.u(*p, on[0])
        elif name == "unitary":
            circuit.append(UnitaryGate(p[0]), on)
        elif name == "mcz":
            circuit.h(on[-1])
            circuit.mcx(on[:-1], on[-1])
            circuit.h(on[-1])
        else:
            getattr(circuit, name)(*p, *on)
    circuit.measure_all()
    simulator = AerSimulator(
        method="statevector", precision=precision, max_parallel_threads=threads, statevector_parallel_threshold=10
    )
    if any(name == "mcz" for name, _, _ in gates):
        from qiskit import transpile

        circuit = transpile(circuit, simulator, optimization_level=0)

    def run():
        started = clock()
        result = simulator.run(circuit, shots=SHOTS).result()
        if not result.success:
            raise RuntimeError(result.status)
        return result.metadata["time_taken_execute"] if clock is time.perf_counter else clock() - started

    return {"fused": run}


def u3(theta, phi, lam):
    c, s = np.cos(theta / 2), np.sin(theta / 2)
    return np.array([[c, -np.exp(1j * lam) * s], [np.exp(1j * phi) * s, np.exp(1j * (phi + lam)) * c]])


SINGLE = {"qsim": qsim}
DOUBLE = {"qulacs": qulacs, "aer": aer}
