#include "qhub/circuit/iqm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numbers>
#include <string>
#include <unordered_map>

#include "qhub/circuit/emitter.h"
#include "qhub/circuit/json_fields.h"

namespace qhub::circuit {
namespace {

/// n - 1 for "QBn".
std::optional<Qubit> numbered_qubit(std::string_view name) {
  if (!name.starts_with("QB")) return std::nullopt;
  std::uint32_t number = 0;
  auto const [end, failed] = std::from_chars(name.data() + 2, name.data() + name.size(), number);
  if (failed != std::errc{} || end != name.data() + name.size() || number == 0) return std::nullopt;
  return number - 1;
}

class IqmReader {
 public:
  IqmReader(JsonField const& item, ReadOptions const& options) : item_(item), options_(options), emitter_(options) {}

  Result<Circuit> run() {
    auto const instructions = item_.at("instructions");
    if (!instructions) return instructions.error();
    auto const count = instructions->array_size();
    if (!count) return count.error();
    if (auto named = name_qubits(*instructions, *count); !named) return named.error();
    if (auto const name = item_.find("name")) {
      auto const text = name->string();
      if (!text) return text.error();
      emitter_.circuit.name = *text;
    }
    JsonErrors errors;
    for (std::size_t i = 0; i < *count && !errors.full(); ++i) {
      JsonField const instruction = instructions->element(i);
      if (auto read = read_instruction(instruction); !read) errors.add(instruction, read.error());
    }
    if (!errors.empty()) return errors.to_error();
    return std::move(emitter_.circuit);
  }

 private:
  static Result<std::vector<std::string_view>> locus_of(JsonField const& instruction) {
    auto const field = instruction.find_any({"locus", "qubits"});
    if (!field) return instruction.error("the member 'locus' (or 'qubits') is missing");
    auto const count = field->array_size();
    if (!count) return count.error();
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < *count; ++i) {
      JsonField const element = field->element(i);
      auto const name = element.string();
      if (!name) return name.error();
      names.push_back(*name);
    }
    return names;
  }

  /// Gives every name an index: the numbered ones theirs, the others those after the highest.
  Result<void> name_qubits(JsonField const& instructions, std::size_t count) {
    std::uint32_t width = 0;
    std::vector<std::string_view> others;
    for (std::size_t i = 0; i < count; ++i) {
      JsonField const instruction = instructions.element(i);
      auto const names = locus_of(instruction);
      if (!names) return names.error();
      for (std::string_view const name : *names) {
        auto const number = numbered_qubit(name);
        if (!index_of_.try_emplace(name, number.value_or(0)).second) continue;
        if (!number) others.push_back(name);
        if (number && *number >= options_.max_qubits) return too_many_qubits(instruction);
        if (number) width = std::max(width, *number + 1);
      }
    }
    if (width + others.size() > options_.max_qubits) return too_many_qubits(instructions);
    for (std::string_view const name : others) index_of_[name] = width++;
    if (width == 0) return instructions.error("the circuit names no qubit");
    auto added = emitter_.circuit.add_qubits("q", width);
    return added ? Result<void>() : added.error();
  }

  Error too_many_qubits(JsonField const& where) const {
    return where.error(fmt::format("more than {} qubits (max_qubits)", options_.max_qubits), ErrorKind::too_large);
  }

  Result<void> read_instruction(JsonField const& instruction) {
    auto const name_field = instruction.at("name");
    if (!name_field) return name_field.error();
    auto const name = name_field->string();
    if (!name) return name.error();
    auto const names = locus_of(instruction);
    if (!names) return names.error();
    std::vector<Qubit> locus;
    for (std::string_view const qubit : *names) locus.push_back(index_of_.at(qubit));
    auto const args = instruction.find("args");
    JsonField const& arguments = args ? *args : instruction;  // without args every required one is missing below

    if (*name == "prx" || *name == "phased_rx") return prx(arguments, locus, {});
    if (*name == "cc_prx") return conditional_prx(arguments, locus);
    if (*name == "cz") {
      if (locus.size() != 2) return instruction.error("cz acts on two qubits");
      return emitter_.emit(
          {.gate = Gate::z, .positive_controls = std::span(locus).first(1), .targets = std::span(locus).last(1)});
    }
    if (*name == "move") return emitter_.emit({.gate = Gate::swap, .targets = locus});
    if (*name == "measure" || *name == "measurement") return measure(arguments, locus);
    if (*name == "barrier") return emitter_.emit({.kind = InstructionKind::barrier, .targets = locus});
    if (*name == "delay") {
      auto const duration = number(arguments, "duration");
      if (!duration) return duration.error();
      return emitter_.emit({.kind = InstructionKind::delay, .targets = locus, .parameters = {&*duration, 1}});
    }
    if (*name == "reset") {
      for (Qubit const& qubit : locus)
        if (auto emitted = emitter_.emit({.kind = InstructionKind::reset, .targets = {&qubit, 1}}); !emitted)
          return emitted;
      return {};
    }
    return name_field->error(
        fmt::format("unknown instruction '{}', expected prx, cz, measure, reset, barrier, delay, move or cc_prx",
                    name->substr(0, 40)));
  }

  static Result<double> number(JsonField const& arguments, std::string_view key) {
    auto const field = arguments.at(key);
    return field ? field->number() : Result<double>(field.error());
  }

  /// `key` in radians, or `key`_t in turns.
  static Result<double> angle(JsonField const& arguments, std::string_view key, std::string_view key_in_turns) {
    auto const turns = arguments.find(key_in_turns);
    if (!turns) return number(arguments, key);
    auto const value = turns->number();
    if (!value) return value;
    return *value * 2 * std::numbers::pi;
  }

  Result<void> prx(JsonField const& arguments, std::span<Qubit const> locus, Condition::Id condition) {
    auto const theta = angle(arguments, "angle", "angle_t");
    if (!theta) return theta.error();
    auto const phi = angle(arguments, "phase", "phase_t");
    if (!phi) return phi.error();
    emitter_.condition = condition;
    auto emitted = emitter_.emit({.gate = Gate::r, .targets = locus, .parameters = std::array{*theta, *phi}});
    emitter_.condition = {};
    return emitted;
  }

  Result<void> conditional_prx(JsonField const& arguments, std::span<Qubit const> locus) {
    auto const field = arguments.at("feedback_key");
    if (!field) return field.error();
    auto const key = field->string();
    if (!key) return key.error();
    auto const bit = bit_of_feedback_key_.find(*key);
    if (bit == bit_of_feedback_key_.end())
      return field->error(fmt::format("no measurement before has the feedback_key '{}'", key->substr(0, 40)));
    auto const condition = emitter_.circuit.add_condition({.first = bit->second, .count = 1, .value = 1, .parent = {}});
    if (!condition) return condition.error();
    return prx(arguments, locus, *condition);
  }

  Result<void> measure(JsonField const& arguments, std::span<Qubit const> locus) {
    auto const field = arguments.at("key");
    if (!field) return field.error();
    auto const key = field->string();
    if (!key) return key.error();
    if (locus.size() > options_.max_qubits - emitter_.circuit.clbit_count()) return too_many_qubits(*field);
    auto const bits = emitter_.circuit.add_clbits(std::string(*key), static_cast<std::uint32_t>(locus.size()));
    if (!bits) return field->error(bits.error());
    if (auto const feedback = arguments.find("feedback_key")) {
      auto const name = feedback->string();
      if (!name) return name.error();
      bit_of_feedback_key_.insert_or_assign(*name, bits->first);
    }
    for (std::size_t i = 0; i < locus.size(); ++i)
      if (auto emitted = emitter_.emit({.kind = InstructionKind::measure,
                                        .targets = locus.subspan(i, 1),
                                        .clbit = static_cast<Clbit>(bits->first + i)});
          !emitted)
        return emitted;
    return {};
  }

  JsonField const& item_;
  ReadOptions const& options_;
  Emitter emitter_;
  std::unordered_map<std::string_view, Qubit> index_of_;
  std::unordered_map<std::string_view, Clbit> bit_of_feedback_key_;
};

}  // namespace

Result<std::vector<JobCircuit>> convert_iqm(boost::json::value const& input, ReadOptions const& options) {
  JsonField const root(input, "input");
  auto const circuits = root.at("circuits");
  if (!circuits) return circuits.error();
  auto const count = circuits->array_size();
  if (!count) return count.error();
  if (*count == 0) return circuits->error("a job needs at least one circuit");
  std::optional<std::uint32_t> shots;
  if (auto const field = root.find("shots")) {
    auto const value = field->integer(std::numeric_limits<std::uint32_t>::max());
    if (!value) return value.error();
    shots = *value;
  }
  std::vector<JobCircuit> result;
  for (std::size_t i = 0; i < *count; ++i) {
    JsonField const item = circuits->element(i);
    auto circuit = IqmReader(item, options).run();
    if (!circuit) return circuit.error();
    result.push_back({*std::move(circuit), shots});
  }
  return result;
}

Result<std::vector<JobCircuit>> read_iqm(std::string_view text, ReadOptions const& options) {
  auto const parsed = parse_json(text, options);
  if (!parsed) return parsed.error();
  return convert_iqm(*parsed, options);
}

}  // namespace qhub::circuit
