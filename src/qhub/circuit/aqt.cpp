#include "qhub/circuit/aqt.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <numbers>

#include "qhub/circuit/emitter.h"
#include "qhub/circuit/json_fields.h"

namespace qhub::circuit {
namespace {

Result<double> angle(JsonField const& operation, std::string_view key) {
  auto const field = operation.at(key);
  if (!field) return field.error();
  auto const half_turns = field->number();
  if (!half_turns) return half_turns.error();
  return *half_turns * std::numbers::pi;
}

Result<Qubit> qubit(JsonField const& operation, std::uint32_t count) {
  auto const field = operation.at("qubit");
  return field ? field->integer(count - 1) : Result<Qubit>(field.error());
}

Result<void> read_operation(JsonField const& operation, bool is_last, Emitter& emitter) {
  std::uint32_t const count = emitter.circuit.qubit_count();
  auto const name_field = operation.at("operation");
  if (!name_field) return name_field.error();
  auto const given_name = name_field->string();
  if (!given_name) return given_name.error();
  std::string_view const name = *given_name;
  if (name == "MEASURE") {
    if (!is_last) return operation.error("MEASURE must be the last operation");
    for (Qubit target = 0; target < count; ++target)
      if (auto emitted = emitter.emit({.kind = InstructionKind::measure, .targets = {&target, 1}, .clbit = target});
          !emitted)
        return emitted;
    return {};
  }
  if (name == "R") {
    auto const target = qubit(operation, count);
    if (!target) return target.error();
    auto const theta = angle(operation, "theta"), phi = angle(operation, "phi");
    if (!theta || !phi) return theta ? phi.error() : theta.error();
    return emitter.emit({.gate = Gate::r, .targets = {&*target, 1}, .parameters = std::array{*theta, *phi}});
  }
  if (name == "RZ") {
    auto const target = qubit(operation, count);
    if (!target) return target.error();
    auto const phi = angle(operation, "phi");
    if (!phi) return phi.error();
    return emitter.emit({.gate = Gate::rz, .targets = {&*target, 1}, .parameters = {&*phi, 1}});
  }
  if (name == "RXX") {
    auto const field = operation.at("qubits");
    if (!field) return field.error();
    auto const targets = field->integers(count - 1);
    if (!targets) return targets.error();
    if (targets->size() != 2) return field->error("expected two qubits");
    auto const theta = angle(operation, "theta");
    if (!theta) return theta.error();
    auto emitted = emitter.emit({.gate = Gate::rxx, .targets = *targets, .parameters = {&*theta, 1}});
    return emitted ? emitted : field->error(emitted.error());
  }
  return name_field->error(fmt::format("unknown operation '{}', expected R, RZ, RXX or MEASURE", name.substr(0, 40)));
}

Result<JobCircuit> read_circuit(JsonField const& item, ReadOptions const& options) {
  Emitter emitter(options);
  JobCircuit result;
  if (auto const repetitions = item.find("repetitions")) {
    auto const value = repetitions->integer(std::numeric_limits<std::uint32_t>::max());
    if (!value) return value.error();
    result.shots = *value;
  }
  auto const width = item.at("number_of_qubits");
  if (!width) return width.error();
  auto const count = width->integer(max_bits);
  if (!count) return count.error();
  if (*count == 0) return width->error("a circuit needs at least one qubit");
  if (*count > options.max_qubits)
    return width->error(fmt::format("more than {} qubits (max_qubits)", options.max_qubits), ErrorKind::too_large);
  emitter.circuit = Circuit(*count, *count);
  auto const operations = item.at("quantum_circuit");
  if (!operations) return operations.error();
  auto const length = operations->array_size();
  if (!length) return length.error();
  JsonErrors errors;
  for (std::size_t i = 0; i < *length && !errors.full(); ++i) {
    JsonField const operation = operations->element(i);
    if (auto read = read_operation(operation, i + 1 == *length, emitter); !read) errors.add(operation, read.error());
  }
  if (!errors.empty()) return errors.to_error();
  result.circuit = std::move(emitter.circuit);
  return result;
}

}  // namespace

Result<std::vector<JobCircuit>> convert_aqt(boost::json::value const& input, ReadOptions const& options) {
  JsonField const root(input, "input");
  auto const payload = root.at("payload");
  if (!payload) return payload.error();
  auto const circuits = payload->at("circuits");
  if (!circuits) return circuits.error();
  auto const count = circuits->array_size();
  if (!count) return count.error();
  if (*count == 0) return circuits->error("a job needs at least one circuit");
  std::vector<JobCircuit> result;
  for (std::size_t i = 0; i < *count; ++i) {
    JsonField const item = circuits->element(i);
    auto circuit = read_circuit(item, options);
    if (!circuit) return circuit.error();
    result.push_back(*std::move(circuit));
  }
  return result;
}

Result<std::vector<JobCircuit>> read_aqt(std::string_view text, ReadOptions const& options) {
  auto const parsed = parse_json(text, options);
  if (!parsed) return parsed.error();
  return convert_aqt(*parsed, options);
}

}  // namespace qhub::circuit
