#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/writers/internal/classical_text.h"
#include "qhub/circuit/writers/internal/openqasm_text.h"
#include "qhub/circuit/writers/openqasm.h"

namespace qhub::circuit {
namespace {

using namespace openqasm;

bool accepts(Instruction const& instruction) {
  if (instruction.kind == InstructionKind::unitary || instruction.kind == InstructionKind::noise) return false;
  if (instruction.kind != InstructionKind::gate) return true;
  if (instruction.gate == Gate::phase_zero) return false;  // has no name
  // U differs from Qiskit's u by a phase in the specification, which only a control shows; cu is the same everywhere.
  return instruction.gate != Gate::u || !instruction.positive_controls.empty() || instruction.negative_controls.empty();
}

class Writer {
 public:
  /// \param kept  conditions whose outcome needs a variable, as their bits change between two tests.
  Writer(Circuit const& circuit, std::set<std::uint32_t> const& kept)
      : circuit_(circuit), identifiers_(Dialect::v3, circuit), conditions_(circuit), lines_(std::back_inserter(text_)) {
    for (std::uint32_t const index : kept) outcomes_.emplace(index, Outcome{identifiers_.choose("test", 't')});
    auto const& registers = circuit.quantum_registers();
    physical_ = registers.size() == 1 && registers[0].name == "$";
    if (physical_)
      for (Qubit qubit = 0; qubit < circuit.qubit_count(); ++qubit)
        identifiers_.qubits[qubit] = fmt::format("${}", qubit);
  }

  Result<std::string> run() {
    auto classical = ClassicalText::of(circuit_, identifiers_);
    if (!classical) return classical.error();
    classical_ = std::move(*classical);
    text_ = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + definitions(Dialect::v3, circuit_, true);
    for (std::string const& name : circuit_.parameters()) line("input float[64] {};", name);
    for (std::size_t i = 0; i < identifiers_.classical.size(); ++i)
      line("bit[{}] {};", circuit_.classical_registers()[i].size, identifiers_.classical[i]);
    if (!physical_)
      for (std::size_t i = 0; i < identifiers_.quantum.size(); ++i)
        line("qubit[{}] {};", circuit_.quantum_registers()[i].size, identifiers_.quantum[i]);
    text_ += classical_.declarations();
    for (auto const& [index, outcome] : outcomes_) line("bool {} = false;", outcome.name);
    for (std::size_t i = 0; i < circuit_.size(); ++i) {
      Instruction const instruction = circuit_[i];
      if (instruction.kind == InstructionKind::loop_begin) {
        begin_loop(circuit_.loops()[instruction.loop]);
        continue;
      }
      if (instruction.kind == InstructionKind::loop_end) {
        end_loop();
        continue;
      }
      enter(acts(instruction) ? instruction.condition : condition_after(i));
      if (auto written = statement(instruction); !written) return written.error();
    }
    enter({});
    text_.pop_back();  // the last newline
    return std::move(text_);
  }

  /// Conditions that were tested again after their bits had changed: if there are any, the text is wrong.
  [[nodiscard]] std::set<std::uint32_t> const& tested_again() const { return tested_again_; }

 private:
  /// Of a test that the text makes once, as the circuit does.
  struct Outcome {
    std::string name;
    bool is_known = false;
  };

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_.append(2 * open_.size(), ' ');
    fmt::format_to(lines_, format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  static bool acts(Instruction const& instruction) {
    return instruction.kind != InstructionKind::barrier && instruction.kind != InstructionKind::delay;
  }

  /// Where a barrier stands: within a block that goes on after it.
  Condition::Id condition_after(std::size_t index) const {
    while (++index < circuit_.size())
      if (Instruction const instruction = circuit_[index]; acts(instruction))
        return instruction.kind != InstructionKind::loop_end && !open_.empty() && instruction.condition == open_.back()
                   ? instruction.condition
                   : Condition::Id{};
    return {};
  }

  void begin_loop(Loop const& loop) {
    enter(loop.condition ? circuit_.conditions()[loop.condition.index].parent : Condition::Id{});
    line("while ({}) {{", loop.condition ? test(loop.condition) : "true");
    open_.push_back(loop.condition);
    loop_bodies_.push_back(open_.size());
  }

  void end_loop() {
    while (open_.size() >= loop_bodies_.back()) {
      open_.pop_back();
      line("}}");
    }
    loop_bodies_.pop_back();
  }

  /// Closes and opens blocks until those of a condition and of its parents are open, and of those since the innermost
  /// loop began no others.
  void enter(Condition::Id condition) {
    std::size_t const floor = loop_bodies_.empty() ? 0 : loop_bodies_.back();
    auto const end_of_outer = [&](auto& blocks) { return blocks.begin() + static_cast<std::ptrdiff_t>(floor); };
    std::vector<Condition::Id> wanted(open_.begin(), end_of_outer(open_));
    for (Condition::Id id = condition; id; id = circuit_.conditions()[id.index].parent)
      if (std::find(open_.begin(), end_of_outer(open_), id) == end_of_outer(open_))
        wanted.insert(end_of_outer(wanted), id);
    auto const common = static_cast<std::size_t>(std::ranges::mismatch(open_, wanted).in1 - open_.begin());
    while (open_.size() > common) {
      Condition::Id const closed = open_.back();
      open_.pop_back();
      bool const is_else = open_.size() == common && wanted.size() > common && wanted[common].index == closed.index;
      if (is_else) {
        line("}} else {{");
        open_.push_back(wanted[common]);
        break;
      }
      line("}}");
    }
    while (open_.size() < wanted.size()) {
      Condition::Id const next = wanted[open_.size()];
      line("if ({}) {{", kept_test(next));
      open_.push_back(next);
    }
  }

  /// The test itself where its bits are still those of the first one, else the outcome of that.
  std::string kept_test(Condition::Id id) {
    auto const outcome = outcomes_.find(id.index);
    if (outcome == outcomes_.end()) {
      if (!conditions_.test(id)) tested_again_.insert(id.index);
      return test(id);
    }
    if (!std::exchange(outcome->second.is_known, true)) line("{} = {};", outcome->second.name, test({id.index, false}));
    return fmt::format("{}{}", id.negated ? "!" : "", outcome->second.name);
  }

  std::string test(Condition::Id id) const {
    return classical_.test(circuit_.conditions()[id.index], id.negated);
  }

  Result<void> statement(Instruction const& instruction) {
    switch (instruction.kind) {
      case InstructionKind::gate:
        gate(instruction);
        break;
      case InstructionKind::measure:
        conditions_.write(instruction.clbit, 1);
        line("{} = measure {};", classical_.bit(instruction.clbit), identifiers_.qubits[instruction.targets[0]]);
        break;
      case InstructionKind::assign: {
        auto const assignment = classical_.assignment(instruction);
        if (!assignment) return assignment.error();
        conditions_.write(instruction.clbit, instruction.clbit_count);
        line("{}", *assignment);
        break;
      }
      case InstructionKind::reset:
        line("reset {};", identifiers_.qubits[instruction.targets[0]]);
        break;
      case InstructionKind::barrier:
        line("barrier {};", operands(identifiers_, instruction.targets, ", "));
        break;
      case InstructionKind::delay:
        line("delay[{}s] {};", instruction.parameters[0], operands(identifiers_, instruction.targets, ", "));
        break;
      default:  // replaced or refused before
        break;
    }
    return {};
  }

  void gate(Instruction const& instruction) {
    std::size_t named = instruction.positive_controls.size();
    while (named > 0 && gate_name(Dialect::v3, instruction.gate, named).empty()) --named;
    std::string_view name = gate_name(Dialect::v3, instruction.gate, named);
    if (name.empty()) name = find_definition(Dialect::v3, instruction.gate, 0)->name;
    std::string modifiers;
    auto const add_modifier = [&](std::string_view modifier, std::size_t count) {
      if (count == 1) modifiers += fmt::format("{} @ ", modifier);
      if (count > 1) modifiers += fmt::format("{}({}) @ ", modifier, count);
    };
    add_modifier("negctrl", instruction.negative_controls.size());
    add_modifier("ctrl", instruction.positive_controls.size() - named);
    std::string values = parameters(Dialect::v3, instruction, ", ");
    if (name == "cu") values.insert(values.size() - 1, ", 0");
    std::vector<Qubit> qubits;
    for (auto const& group : {instruction.negative_controls, instruction.positive_controls, instruction.targets})
      qubits.insert(qubits.end(), group.begin(), group.end());
    line("{}{}{}{}{};", modifiers, name, values, qubits.empty() ? "" : " ", operands(identifiers_, qubits, ", "));
  }

  Circuit const& circuit_;
  Identifiers identifiers_;
  ClassicalText classical_;
  ConditionTracker conditions_;
  std::map<std::uint32_t, Outcome> outcomes_;  ///< By condition.
  std::set<std::uint32_t> tested_again_;
  bool physical_ = false;
  std::vector<Condition::Id> open_;       ///< Blocks, outermost first.
  std::vector<std::size_t> loop_bodies_;  ///< For each open loop how many blocks were open when its body began.
  std::string text_;
  std::back_insert_iterator<std::string> lines_;
};

}  // namespace

Result<std::string> write_openqasm3(Circuit const& circuit, WriteOptions const&) {
  if (!circuit.result_requests.empty())
    return Error{ErrorKind::unsupported, "OpenQASM 3 cannot express result requests, only Braket's dialect can", {}};
  auto const lowered = lower(circuit, accepts, "OpenQASM 3");
  if (!lowered) return lowered.error();
  Writer first(*lowered, {});
  auto text = first.run();
  if (!text || first.tested_again().empty()) return text;
  return Writer(*lowered, first.tested_again()).run();
}

}  // namespace qhub::circuit
