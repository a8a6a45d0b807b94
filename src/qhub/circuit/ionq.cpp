#include "qhub/circuit/ionq.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <numbers>
#include <string>

#include "qhub/circuit/emitter.h"
#include "qhub/circuit/json_fields.h"

namespace qhub::circuit {
namespace {

/// Where a gate's parameters stand, and in which unit.
enum class Parameters : std::uint8_t {
  none,
  rotation,           ///< `rotation`, radians
  optional_rotation,  ///< as rotation; without it the gate has none
  phase,              ///< `phase`, turns
  angle,              ///< `angle`, turns
  phases_and_angle,   ///< `phases`, two, and `angle`, a quarter turn unless given; turns
};

struct IonqGate {
  std::string_view name;
  bool native;
  Gate gate;
  Parameters parameters = Parameters::none;
  bool needs_control = false;
};

// Sources: IonQ's "Writing quantum programs" (qis) and "Getting started with native gates".
constexpr IonqGate gates[] = {
    {"x", false, Gate::x},
    {"not", false, Gate::x},
    {"cnot", false, Gate::x, Parameters::none, true},
    {"y", false, Gate::y},
    {"z", false, Gate::z, Parameters::optional_rotation},
    {"h", false, Gate::h},
    {"s", false, Gate::s},
    {"si", false, Gate::sdg},
    {"t", false, Gate::t},
    {"ti", false, Gate::tdg},
    {"v", false, Gate::sx},
    {"vi", false, Gate::sxdg},
    {"rx", false, Gate::rx, Parameters::rotation},
    {"ry", false, Gate::ry, Parameters::rotation},
    {"rz", false, Gate::rz, Parameters::rotation},
    {"swap", false, Gate::swap},
    {"xx", false, Gate::rxx, Parameters::rotation},
    {"yy", false, Gate::ryy, Parameters::rotation},
    {"zz", false, Gate::rzz, Parameters::rotation},
    {"gpi", true, Gate::gpi, Parameters::phase},
    {"gpi2", true, Gate::gpi2, Parameters::phase},
    {"ms", true, Gate::ms, Parameters::phases_and_angle},
    {"zz", true, Gate::rzz, Parameters::angle},
};

constexpr double turn = 2 * std::numbers::pi;

class IonqReader {
 public:
  IonqReader(JsonField const& input, ReadOptions const& options)
      : input_(input), options_(options), emitter_(options) {}

  Result<Circuit> run() {
    if (auto checked = input_.expect_object(); !checked) return checked.error();
    if (auto const gateset = input_.find("gateset")) {
      auto const name = gateset->string();
      if (!name) return name.error();
      if (*name != "qis" && *name != "native")
        return gateset->error(fmt::format("unknown gate set '{}', expected qis or native", *name));
      native_ = *name == "native";
    }
    auto const circuit = input_.at("circuit");
    if (!circuit) return circuit.error();
    auto const count = circuit->array_size();
    if (!count) return count.error();
    auto const qubits = qubit_count(*circuit, *count);
    if (!qubits) return qubits.error();
    qubits_ = *qubits;
    if (auto added = emitter_.circuit.add_qubits("q", qubits_); !added) return input_.error(added.error());
    JsonErrors errors;
    for (std::size_t i = 0; i < *count && !errors.full(); ++i) {
      JsonField const item = circuit->element(i);
      if (auto read = gate(item); !read) errors.add(item, read.error());
    }
    if (!errors.empty()) return errors.to_error();
    if (auto measured = measurements(); !measured) return measured.error();
    return std::move(emitter_.circuit);
  }

 private:
  Result<std::uint32_t> qubit_count(JsonField const& circuit, std::size_t count) {
    std::uint32_t qubits = 0;
    if (auto const declared = input_.find("qubits")) {
      auto const value = declared->integer(max_bits);
      if (!value) return value.error();
      if (*value == 0) return declared->error("a circuit needs at least one qubit");
      if (*value > options_.max_qubits)
        return declared->error(fmt::format("more than {} qubits (max_qubits)", options_.max_qubits),
                               ErrorKind::too_large);
      return *value;
    }
    for (std::size_t i = 0; i < count; ++i) {
      JsonField const item = circuit.element(i);
      for (std::string_view const key : {"target", "targets", "control", "controls"})
        if (auto const field = item.find(key)) {
          auto const used = field->integers(options_.max_qubits - 1);
          if (!used) return used.error();
          for (Qubit const qubit : *used) qubits = std::max(qubits, qubit + 1);
        }
    }
    if (qubits == 0) return input_.error("the member 'qubits' is missing");
    return qubits;
  }

  /// The qubits of a member in either spelling; none if it is absent.
  Result<std::vector<Qubit>> qubits(JsonField const& item, std::string_view one, std::string_view many) const {
    auto const field = item.find_any({many, one});
    return field ? field->integers(qubits_ - 1) : std::vector<Qubit>{};
  }

  Result<void> gate(JsonField const& item) {
    if (auto checked = item.expect_object(); !checked) return checked;
    std::string name = native_ ? "" : "x";
    auto const name_field = item.find_any({"gate", "type"});
    if (name_field) {
      auto const given = name_field->string();
      if (!given) return given.error();
      name = *given;
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    } else if (native_) {
      return item.error("a native gate needs its name in 'gate'");
    }
    auto const targets = qubits(item, "target", "targets");
    if (!targets) return targets.error();
    auto const controls = qubits(item, "control", "controls");
    if (!controls) return controls.error();
    if (targets->empty()) return item.error("the member 'targets' is missing or empty");
    if (name == "pauliexp" && !native_) return pauli_exponential(item, *targets, *controls);
    auto const* const known = std::ranges::find_if(
        gates, [&](IonqGate const& candidate) { return candidate.name == name && candidate.native == native_; });
    if (known == std::end(gates))
      return name_field->error(
          fmt::format("unknown gate '{}' of the {} gate set", name.substr(0, 40), native_ ? "native" : "qis"));
    if (known->needs_control && controls->empty()) return item.error("cnot needs a control");
    Gate gate = known->gate;
    auto const parameters = gate_parameters(item, *known, gate);
    if (!parameters) return parameters.error();
    std::size_t const width = info(gate).targets;
    if (width > 1 && targets->size() != width)
      return item.error(fmt::format("gate '{}' acts on {} targets, {} given", name, width, targets->size()));
    for (std::size_t i = 0; i < targets->size(); i += width)
      if (auto emitted = emitter_.emit({.gate = gate,
                                        .positive_controls = *controls,
                                        .targets = std::span(*targets).subspan(i, width),
                                        .parameters = *parameters});
          !emitted)
        return item.error(emitted.error());
    return {};
  }

  static Result<std::vector<double>> gate_parameters(JsonField const& item, IonqGate const& known, Gate& gate) {
    auto const one = [&](std::string_view key, double unit) -> Result<std::vector<double>> {
      auto const field = item.at(key);
      if (!field) return field.error();
      auto const value = field->number();
      if (!value) return value.error();
      return std::vector{*value * unit};
    };
    switch (known.parameters) {
      case Parameters::none:
        return std::vector<double>{};
      case Parameters::rotation:
        return one("rotation", 1);
      case Parameters::optional_rotation:
        if (!item.find("rotation")) return std::vector<double>{};
        gate = Gate::p;
        return one("rotation", 1);
      case Parameters::phase:
        return one("phase", turn);
      case Parameters::angle:
        return one("angle", turn);
      case Parameters::phases_and_angle: {
        auto const field = item.at("phases");
        if (!field) return field.error();
        auto phases = field->numbers();
        if (!phases) return phases;
        if (phases->size() != 2) return field->error("expected two phases");
        double angle = 0.25;
        if (auto const given = item.find("angle")) {
          auto const value = given->number();
          if (!value) return value.error();
          angle = *value;
        }
        return std::vector{(*phases)[0] * turn, (*phases)[1] * turn, angle * turn};
      }
    }
    return std::vector<double>{};
  }

  static bool commute(std::string_view a, std::string_view b) {
    std::size_t different = 0;
    for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != 'I' && b[i] != 'I' && a[i] != b[i];
    return different % 2 == 0;
  }

  Result<void> pauli_exponential(JsonField const& item, std::vector<Qubit> const& targets,
                                 std::vector<Qubit> const& controls) {
    auto const terms = item.at("terms");
    if (!terms) return terms.error();
    auto const count = terms->array_size();
    if (!count) return count.error();
    auto const coefficients_field = item.at("coefficients");
    if (!coefficients_field) return coefficients_field.error();
    auto const coefficients = coefficients_field->numbers();
    if (!coefficients) return coefficients.error();
    if (coefficients->size() != *count)
      return coefficients_field->error(fmt::format("{} coefficients for {} terms", coefficients->size(), *count));
    double time = 1;
    if (auto const given = item.find("time")) {
      auto const value = given->number();
      if (!value) return value.error();
      time = *value;
    }
    constexpr std::size_t most_terms = 4096;  // each is compared with each
    if (*count > most_terms) return terms->error(fmt::format("more than {} terms", most_terms), ErrorKind::too_large);
    std::vector<std::string_view> read;
    for (std::size_t i = 0; i < *count; ++i) {
      JsonField const term = terms->element(i);
      auto const letters = term.string();
      if (!letters) return letters.error();
      if (letters->size() != targets.size() || letters->find_first_not_of("IXYZ") != std::string_view::npos)
        return term.error(fmt::format("expected {} letters of I, X, Y and Z, one per target", targets.size()));
      for (std::string_view const earlier : read)
        if (!commute(earlier, *letters))
          return term.error(fmt::format("does not commute with term {}", earlier), ErrorKind::unsupported);
      if (auto emitted = pauli_rotation(*letters, targets, controls, 2 * time * (*coefficients)[i]); !emitted)
        return item.error(emitted.error());
      read.push_back(*letters);
    }
    return {};
  }

  /// exp(-i·angle·P/2): a change of basis to Z on every qubit, the parity on one of them by cx, and there an rz. Only
  /// that one needs the controls.
  Result<void> pauli_rotation(std::string_view letters, std::vector<Qubit> const& targets,
                              std::vector<Qubit> const& controls, double angle) {
    std::vector<std::pair<Qubit, char>> acting;
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (char const letter = letters[letters.size() - 1 - i]; letter != 'I') acting.emplace_back(targets[i], letter);
    if (acting.empty()) {
      double const phase = -angle / 2;
      return emitter_.emit({.gate = Gate::gphase, .positive_controls = controls, .parameters = {&phase, 1}});
    }
    auto const emit = [&](Gate gate, Qubit target, std::span<Qubit const> with,
                          std::span<double const> parameters = {}) {
      return emitter_.emit(
          {.gate = gate, .positive_controls = with, .targets = {&target, 1}, .parameters = parameters});
    };
    auto const change_basis = [&](Gate y_gate) -> Result<void> {
      for (auto const& [qubit, letter] : acting)
        if (letter != 'Z')
          if (auto done = emit(letter == 'X' ? Gate::h : y_gate, qubit, {}); !done) return done;
      return {};
    };
    Qubit const last = acting.back().first;
    auto const parity = [&](bool undo) -> Result<void> {
      for (std::size_t i = 0; i + 1 < acting.size(); ++i) {
        Qubit const from = acting[undo ? acting.size() - 2 - i : i].first;
        if (auto done = emit(Gate::x, last, {&from, 1}); !done) return done;
      }
      return {};
    };
    // √X Y √X† = Z, so Y-rotations become Z-rotations between sx and sxdg.
    if (auto done = change_basis(Gate::sx); !done) return done;
    if (auto done = parity(false); !done) return done;
    if (auto done = emit(Gate::rz, last, controls, {&angle, 1}); !done) return done;
    if (auto done = parity(true); !done) return done;
    return change_basis(Gate::sxdg);
  }

  Result<void> measurements() {
    std::vector<std::optional<Qubit>> qubit_of_bit;
    if (options_.meas_map.empty()) {
      for (Qubit qubit = 0; qubit < qubits_; ++qubit) qubit_of_bit.emplace_back(qubit);
    } else {
      auto const parsed = parse_json(options_.meas_map, options_);
      if (!parsed) return JsonField({}, "input_params.meas_map").error(parsed.error());
      JsonField const map(*parsed, "input_params.meas_map");
      auto const size = map.array_size();
      if (!size) return size.error();
      if (*size > options_.max_qubits)
        return map.error(fmt::format("more than {} classical bits (max_qubits)", options_.max_qubits),
                         ErrorKind::too_large);
      for (std::size_t bit = 0; bit < *size; ++bit) {
        JsonField const entry = map.element(bit);
        if (entry.value().is_null()) {
          qubit_of_bit.emplace_back(std::nullopt);
          continue;
        }
        auto const qubit = entry.integer(qubits_ - 1);
        if (!qubit) return qubit.error();
        qubit_of_bit.emplace_back(*qubit);
      }
    }
    if (qubit_of_bit.empty()) return {};
    if (auto added = emitter_.circuit.add_clbits("c", static_cast<std::uint32_t>(qubit_of_bit.size())); !added)
      return added.error();
    for (Clbit bit = 0; bit < qubit_of_bit.size(); ++bit)
      if (auto const qubit = qubit_of_bit[bit]) {
        auto const emitted = emitter_.emit({.kind = InstructionKind::measure, .targets = {&*qubit, 1}, .clbit = bit});
        if (!emitted) return emitted.error();
      }
    return {};
  }

  JsonField const& input_;
  ReadOptions const& options_;
  Emitter emitter_;
  bool native_ = false;
  std::uint32_t qubits_ = 0;
};

}  // namespace

Result<Circuit> convert_ionq(boost::json::value const& input, ReadOptions const& options) {
  JsonField const root(input, "input");
  return IonqReader(root, options).run();
}

Result<Circuit> read_ionq(std::string_view text, ReadOptions const& options) {
  auto const parsed = parse_json(text, options);
  return parsed ? convert_ionq(*parsed, options) : Result<Circuit>(parsed.error());
}

}  // namespace qhub::circuit
