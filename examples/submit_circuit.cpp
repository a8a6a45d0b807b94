// Builds a circuit and runs it on backends, each in its own format and gates:
//   QHUB_URL=http://127.0.0.1:8765 QHUB_TOKEN=… submit_circuit aws.sim.sv1 aqt.sim.ideal …
#include <qhub/circuit/circuit.h>
#include <qhub/circuit/draw/draw.h>
#include <qhub/sdk/submit.h>

#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>

using qhub::circuit::Circuit;

/// |01⟩ or |10⟩ with equal shares on qubits 0 and 1, and |1⟩ on qubit 2; qubits and classical bits in different order.
Circuit make_circuit() {
  Circuit circuit(3, 3);
  circuit.x(2).h(0).x(1).cx(0, 1);
  circuit.measure(0, 1).measure(1, 2).measure(2, 0);
  return circuit;
}

int main(int argc, char** argv) try {
  char const *const url = std::getenv("QHUB_URL"), *const token = std::getenv("QHUB_TOKEN");
  if (!url || !token) throw std::runtime_error("QHUB_URL and QHUB_TOKEN say which hub");
  qhub::HubQuantumClient const client({.api_key = token, .base_url = std::string(url) + "/quantum"});
  Circuit const circuit = make_circuit();
  std::cout << draw(circuit);
  for (int i = 1; i < argc; ++i) {
    auto const job = qhub::submit(client, argv[i], circuit, {.shots = 1000, .name = "submit_circuit"});
    std::cout << argv[i] << '\n';
    qhub::CircuitResult const result = job.result();
    for (auto const& [outcome, share] : result.probabilities) std::cout << "  " << outcome << ' ' << share << '\n';
  }
} catch (std::exception const& error) {
  std::cerr << "submit_circuit: " << error.what() << '\n';
  return 1;
}
