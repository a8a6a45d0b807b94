// What the tests and benchmarks in Python ask of the circuit library, as JSON:
//   qhub_circuit_driver matrices             the matrix of every gate for some parameters
//   qhub_circuit_driver transpile < request  {"qasm", "gates", "qubits", "edges"?, "seed"?, "trials"?}
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <iterator>
#include <string>

#include "qhub/circuit/openqasm.h"
#include "qhub/circuit/transpile/transpile.h"
#include "qhub/circuit/writers/openqasm.h"

namespace {

namespace json = boost::json;
using namespace qhub::circuit;

json::value matrices() {
  json::array all;
  double const values[] = {0.7, -1.3, 2.1};
  for (std::size_t k = 0; k < gate_count; ++k) {
    auto const gate = static_cast<Gate>(k);
    std::span<double const> const parameters(values, info(gate).parameters);
    std::vector<Complex> matrix(std::size_t{1} << 2 * info(gate).targets);
    write_matrix(gate, parameters, matrix.data());
    json::array entries;
    for (Complex const entry : matrix) entries.push_back(json::array{entry.real(), entry.imag()});
    all.push_back(json::object{{"gate", info(gate).name},
                               {"parameters", json::array(parameters.begin(), parameters.end())},
                               {"matrix", std::move(entries)}});
  }
  return all;
}

template <class T>
T value_or_throw(qhub::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

json::value transpiled(json::value const& request) {
  json::object const& fields = request.as_object();
  Circuit const circuit = value_or_throw(read_openqasm(fields.at("qasm").as_string()));
  std::vector<std::string_view> names;
  for (json::value const& name : fields.at("gates").as_array()) names.push_back(name.as_string());
  auto const qubits = fields.at("qubits").to_number<std::uint32_t>();
  Target target{.name = "the machine", .qubit_count = qubits, .gates = GateSet(names)};
  if (auto const* edges = fields.if_contains("edges")) {
    std::vector<std::pair<Qubit, Qubit>> pairs;
    for (json::value const& edge : edges->as_array())
      pairs.emplace_back(edge.as_array().at(0).to_number<Qubit>(), edge.as_array().at(1).to_number<Qubit>());
    target.coupling = CouplingMap(qubits, pairs);
  }
  RouteOptions options;
  if (auto const* seed = fields.if_contains("seed")) options.seed = seed->to_number<std::uint64_t>();
  if (auto const* trials = fields.if_contains("trials")) options.trials = trials->to_number<unsigned>();
  auto const started = std::chrono::steady_clock::now();
  Transpiled const result = value_or_throw(transpile(circuit, target, options));
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - started;
  return json::object{{"qasm", value_or_throw(write_openqasm2(result.circuit))},
                      {"initial_layout", json::array(result.initial_layout.begin(), result.initial_layout.end())},
                      {"final_layout", json::array(result.final_layout.begin(), result.final_layout.end())},
                      {"seconds", taken.count()}};
}

}  // namespace

int main(int argc, char** argv) try {
  std::string const command = argc > 1 ? argv[1] : "";
  if (command == "matrices")
    std::cout << matrices() << '\n';
  else if (command == "transpile")
    std::cout << transpiled(json::parse(std::string(std::istreambuf_iterator<char>(std::cin), {}))) << '\n';
  else
    throw std::runtime_error("expected matrices or transpile");
} catch (std::exception const& error) {
  std::cerr << "qhub_circuit_driver: " << error.what() << '\n';
  return 1;
}
