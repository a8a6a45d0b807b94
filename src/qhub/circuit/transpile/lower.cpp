#include "qhub/circuit/transpile/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "qhub/circuit/dense.h"
#include "qhub/circuit/named_gate.h"
#include "qhub/circuit/transpile/euler.h"
#include "qhub/circuit/transpile/rebuild.h"
#include "qhub/circuit/transpile/shannon.h"

namespace qhub::circuit {
namespace {

constexpr double pi = std::numbers::pi;

using Qubits = std::vector<Qubit>;

Qubits joined(std::span<Qubit const> some, std::span<Qubit const> others) {
  Qubits all(some.begin(), some.end());
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

/// Replaces one instruction after the other. Steps that fail leave the first error; what follows them is skipped.
class Lowering {
 public:
  Lowering(Circuit const& source, Accepts const& accepts, std::string_view what)
      : accepts_(accepts), what_(what), output_(source) {}

  Result<void> add(Instruction const& instruction) {
    whole_ = &instruction;
    condition_ = instruction.condition;
    emit(instruction);
    return error_ ? Result<void>(*error_) : Result<void>();
  }

  Circuit finish() { return std::move(output_.output); }

 private:
  void fail(ErrorKind kind, std::string message) {
    if (!error_) error_ = Error{kind, std::move(message), {}};
  }
  void refuse() { fail(ErrorKind::unsupported, fmt::format("{} cannot express {}", what_, name_of(*whole_))); }

  void emit(Instruction instruction) {
    if (error_) return;
    if (instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary)
      instruction.condition = condition_;
    bool const ends_loop = instruction.kind == InstructionKind::loop_end;  // its begin has been accepted
    if (!ends_loop && !accepts_(instruction)) return rewrite(instruction);
    if (auto appended = output_.append(instruction); !appended)
      fail(appended.error().kind, std::move(appended.error().message));
  }

  void gate(Gate gate, std::initializer_list<Qubit> targets, std::initializer_list<double> parameters = {},
            std::span<Qubit const> controls = {}) {
    emit({.gate = gate,
          .positive_controls = controls,
          .targets = {targets.begin(), targets.size()},
          .parameters = {parameters.begin(), parameters.size()}});
  }
  void cx(Qubit control, Qubit target) { gate(Gate::x, {target}, {}, {&control, 1}); }
  void h(Qubit target) { gate(Gate::h, {target}); }

  void local(Matrix2 const& matrix, Qubit target) {
    EulerAngles const angles = euler_angles(matrix);
    gate(Gate::u, {target}, {tidy_angle(angles.theta), tidy_angle(angles.phi), tidy_angle(angles.lambda)});
  }

  void rewrite(Instruction const& instruction) {
    bool const is_gate = instruction.kind == InstructionKind::gate;
    if (!is_gate && instruction.kind != InstructionKind::unitary) return refuse();
    if (instruction.is_symbolic()) return refuse();
    if (instruction.control_count() > max_lowered_controls)
      return fail(ErrorKind::too_large,
                  fmt::format("{} has more than {} controls", name_of(*whole_), max_lowered_controls));
    if (!instruction.negative_controls.empty()) {
      Qubits const controls = joined(instruction.positive_controls, instruction.negative_controls);
      Instruction positive = instruction;
      positive.positive_controls = controls;
      positive.negative_controls = {};
      for (Qubit const control : instruction.negative_controls) gate(Gate::x, {control});
      emit(positive);
      for (Qubit const control : instruction.negative_controls) gate(Gate::x, {control});
      return;
    }
    if (!is_gate) return unitary(instruction);
    if (instruction.gate == Gate::gphase) return;  // no controls: of no effect
    if (instruction.gate == Gate::phase_zero) return phase_zero(instruction);
    if (instruction.targets.size() > 1) return several_targets(instruction);
    if (instruction.positive_controls.empty()) return one_qubit(instruction);
    one_target(instruction);
  }

  void phase_zero(Instruction const& instruction) {
    Qubit const target = instruction.targets[0];
    double const angle = instruction.parameters[0];
    if (instruction.positive_controls.empty()) return gate(Gate::p, {target}, {-angle});
    gate(Gate::x, {target});
    gate(Gate::p, {target}, {angle}, instruction.positive_controls);
    gate(Gate::x, {target});
  }

  /// As u; where that is not accepted as rz and ry.
  void one_qubit(Instruction const& instruction) {
    Qubit const target = instruction.targets[0];
    if (instruction.gate == Gate::id) return;
    if (instruction.gate == Gate::p) {  // rz but for a global phase
      std::array const angle{instruction.parameters[0]};
      Instruction const rz{.gate = Gate::rz, .targets = instruction.targets, .parameters = angle};
      if (accepts_(rz)) return emit(rz);
    }
    EulerAngles const angles = euler_angles(matrix_of(instruction.gate, instruction.parameters));
    std::array const u{angles.theta, angles.phi, angles.lambda};
    Instruction const as_u{.gate = Gate::u, .targets = instruction.targets, .parameters = u};
    if (instruction.gate != Gate::u && accepts_(as_u)) return emit(as_u);
    if (instruction.gate == Gate::rz || instruction.gate == Gate::ry) return refuse();
    for (auto const& [axis, angle] :
         {std::pair{Gate::rz, angles.lambda}, {Gate::ry, angles.theta}, {Gate::rz, angles.phi}})
      if (double const tidy = tidy_angle(angle); tidy != 0) gate(axis, {target}, {tidy});
  }

  // --- one target and controls -------------------------------------------------------------------------------------

  void one_target(Instruction const& instruction) {
    Qubit const target = instruction.targets[0];
    auto const controls = instruction.positive_controls;
    auto const diagonal = [&](double zero, double one) {  // e^{i·zero} on |0⟩ and e^{i·one} on |1⟩
      phase(joined(controls, instruction.targets), one - zero);
      phase({controls.begin(), controls.end()}, zero);
    };
    switch (instruction.gate) {
      case Gate::id:
        return;
      case Gate::x:
        return controlled_x({controls.begin(), controls.end()}, target, {});
      case Gate::y:
        gate(Gate::sdg, {target});
        gate(Gate::x, {target}, {}, controls);
        return gate(Gate::s, {target});
      case Gate::rx:
        h(target);
        gate(Gate::rz, {target}, {instruction.parameters[0]}, controls);
        return h(target);
      case Gate::ry:  // a quarter turn about x takes z to y
        gate(Gate::rx, {target}, {pi / 2});
        gate(Gate::rz, {target}, {instruction.parameters[0]}, controls);
        return gate(Gate::rx, {target}, {-pi / 2});
      default:
        break;
    }
    Matrix2 const matrix = matrix_of(instruction.gate, instruction.parameters);
    if (info(instruction.gate).diagonal) return diagonal(std::arg(matrix[0]), std::arg(matrix[3]));
    controlled_local(matrix, controls, target);
  }

  /// W = V diag V†, and only the diagonal needs the controls.
  void controlled_local(Matrix2 const& matrix, std::span<Qubit const> controls, Qubit target) {
    auto const [vectors, values] = diagonalize_unitary(matrix, 2);
    Matrix2 const change{vectors[0], vectors[1], vectors[2], vectors[3]};
    local(adjoint(change), target);
    double const zero = std::arg(values[0]), one = std::arg(values[1]);
    phase(joined(controls, {&target, 1}), one - zero);
    phase({controls.begin(), controls.end()}, zero);
    local(change, target);
  }

  /// x if all controls are 1.
  /// \param borrowed  qubits that take part in between and get back their state.
  void controlled_x(Qubits const& controls, Qubit target, Qubits const& borrowed) {
    Instruction const instruction{.gate = Gate::x, .positive_controls = controls, .targets = {&target, 1}};
    constexpr std::size_t few = 4;
    if (accepts_(instruction)) return emit(instruction);
    if (controls.size() <= few || borrowed.empty()) {
      if (controls.size() == 1) {  // an accepted cz is all that is left
        Instruction const cz{.gate = Gate::z, .positive_controls = controls, .targets = {&target, 1}};
        if (!accepts_(cz)) return refuse();
        h(target);
        emit(cz);
        return h(target);
      }
      h(target);
      phase(joined(controls, {&target, 1}), pi);
      return h(target);
    }
    if (borrowed.size() >= controls.size() - 2) return chain(controls, target, borrowed);
    // Barenco et al., lemma 7.3: in two halves that meet on a borrowed qubit, each borrowing the other's qubits.
    std::size_t const half = (controls.size() + 1) / 2;
    Qubit const meeting = borrowed[0];
    Qubits const first(controls.begin(), controls.begin() + static_cast<std::ptrdiff_t>(half));
    Qubits const rest(controls.begin() + static_cast<std::ptrdiff_t>(half), controls.end());
    Qubits const second = joined(rest, {&meeting, 1}), lent = joined(rest, {&target, 1});
    for (int twice = 0; twice < 2; ++twice) {
      controlled_x(first, meeting, lent);
      controlled_x(second, target, first);
    }
  }

  /// Barenco et al., lemma 7.2: with enough borrowed qubits a chain of ccx, twice down and up.
  void chain(Qubits const& controls, Qubit target, Qubits const& borrowed) {
    std::size_t const last = controls.size() - 1;
    auto const ccx = [&](std::size_t k) {  // control k and what was collected before it
      Qubits const pair{controls[k], k == 1 ? controls[0] : borrowed[k - 2]};
      gate(Gate::x, {k == last ? target : borrowed[k - 1]}, {}, pair);
    };
    for (std::size_t const highest : {last, last - 1}) {
      for (std::size_t k = highest; k > 1; --k) ccx(k);
      for (std::size_t k = 1; k <= highest; ++k) ccx(k);
    }
  }

  /// e^{i·angle} if all of the qubits are 1.
  void phase(Qubits const& qubits, double angle) {
    angle = tidy_angle(angle);
    if (error_ || angle == 0 || qubits.empty()) return;
    std::span<Qubit const> const controls = std::span(qubits).first(qubits.size() - 1);
    Qubit const target = qubits.back();
    std::array const parameter{angle};
    Instruction const p{
        .gate = Gate::p, .positive_controls = controls, .targets = {&target, 1}, .parameters = parameter};
    if (qubits.size() == 1 || accepts_(p)) return emit(p);
    if (std::abs(angle) == pi) {
      for (Gate const pauli : {Gate::z, Gate::x}) {
        Instruction const flip{.gate = pauli, .positive_controls = controls, .targets = {&target, 1}};
        if (!accepts_(flip)) continue;
        if (pauli == Gate::x) h(target);
        emit(flip);
        if (pauli == Gate::x) h(target);
        return;
      }
    }
    constexpr std::size_t few = 6;
    if (qubits.size() <= few) return phase_by_parities(qubits, angle);
    // Barenco et al., lemma 7.5
    Qubits const inner(qubits.begin(), qubits.end() - 2);
    Qubit const middle = qubits[qubits.size() - 2];
    phase({middle, target}, angle / 2);
    controlled_x(inner, middle, {target});
    phase({middle, target}, -angle / 2);
    controlled_x(inner, middle, {target});
    phase(joined(inner, {&target, 1}), angle / 2);
  }

  /// x0 x1 … = 2^(1-m) · Σ over nonempty sets S of (-1)^(|S|+1) · parity of S. Each qubit in turn goes through the
  /// parities of which it is the highest member, in Gray code.
  void phase_by_parities(Qubits const& qubits, double angle) {
    double const share = std::ldexp(angle, 1 - static_cast<int>(qubits.size()));
    for (std::size_t highest = qubits.size(); highest-- > 0;) {
      std::size_t const sets = std::size_t{1} << highest;
      for (std::size_t step = 0; step < sets; ++step) {
        std::size_t const others = step ^ step >> 1;
        double const sign = std::popcount(others) % 2 == 0 ? 1 : -1;
        gate(Gate::p, {qubits[highest]}, {sign * share});
        if (sets == 1) continue;
        std::size_t const changes =
            step + 1 == sets ? highest - 1 : static_cast<std::size_t>(std::countr_zero(step + 1));
        cx(qubits[changes], qubits[highest]);
      }
    }
  }

  // --- several targets ---------------------------------------------------------------------------------------------

  /// Conjugations and products; only their cores get the controls.
  void several_targets(Instruction const& instruction) {
    auto const controls = instruction.positive_controls;
    auto const parameter = [&](std::size_t index) { return instruction.parameters[index]; };
    Qubit const a = instruction.targets[0], b = instruction.targets[1];
    auto const parity_phase = [&](Gate core, double angle) {
      cx(a, b);
      gate(core, {b}, {angle}, controls);
      cx(a, b);
    };
    auto const controlled_cx = [&](Qubit control, Qubit target) {
      gate(Gate::x, {target}, {}, joined(controls, {&control, 1}));
    };
    switch (instruction.gate) {
      case Gate::swap:
        cx(b, a);
        controlled_cx(a, b);
        return cx(b, a);
      case Gate::dcx:
        controlled_cx(a, b);
        return controlled_cx(b, a);
      case Gate::rzz:
        return parity_phase(Gate::rz, parameter(0));
      case Gate::rxx:
        h(a), h(b);
        gate(Gate::rzz, {a, b}, {parameter(0)}, controls);
        h(a), h(b);
        return;
      case Gate::ryy:  // a quarter turn about x takes z to y
        for (Qubit const qubit : {a, b}) gate(Gate::rx, {qubit}, {pi / 2});
        gate(Gate::rzz, {a, b}, {parameter(0)}, controls);
        for (Qubit const qubit : {a, b}) gate(Gate::rx, {qubit}, {-pi / 2});
        return;
      case Gate::rzx:
        h(b);
        gate(Gate::rzz, {a, b}, {parameter(0)}, controls);
        return h(b);
      case Gate::xy:
        gate(Gate::rxx, {a, b}, {-parameter(0) / 2}, controls);
        return gate(Gate::ryy, {a, b}, {-parameter(0) / 2}, controls);
      case Gate::iswap:
        return gate(Gate::xy, {a, b}, {pi}, controls);
      case Gate::pswap:
        gate(Gate::swap, {a, b}, {}, controls);
        return parity_phase(Gate::p, parameter(0));
      case Gate::ecr:
        gate(Gate::rzx, {a, b}, {pi / 4});
        gate(Gate::x, {a}, {}, controls);
        return gate(Gate::rzx, {a, b}, {-pi / 4});
      case Gate::ms:
        gate(Gate::rz, {a}, {-parameter(0)}), gate(Gate::rz, {b}, {-parameter(1)});
        gate(Gate::rxx, {a, b}, {parameter(2)}, controls);
        gate(Gate::rz, {a}, {parameter(0)}), gate(Gate::rz, {b}, {parameter(1)});
        return;
      case Gate::rccx:
        return relative_phase_ccx(instruction);
      default:
        return by_matrix(instruction);
    }
  }

  /// The definition of qelib1.inc.
  void relative_phase_ccx(Instruction const& instruction) {
    auto const controls = instruction.positive_controls;
    Qubit const a = instruction.targets[0], b = instruction.targets[1], c = instruction.targets[2];
    auto const cx_to_c = [&](Qubit control) { gate(Gate::x, {c}, {}, joined(controls, {&control, 1})); };
    gate(Gate::h, {c}, {}, controls);
    gate(Gate::t, {c}, {}, controls), cx_to_c(b), gate(Gate::tdg, {c}, {}, controls), cx_to_c(a);
    gate(Gate::t, {c}, {}, controls), cx_to_c(b), gate(Gate::tdg, {c}, {}, controls);
    gate(Gate::h, {c}, {}, controls);
  }

  void by_matrix(Instruction const& instruction) {
    Matrix matrix(std::size_t{1} << 2 * instruction.targets.size());
    write_matrix(instruction.gate, instruction.parameters, matrix.data());
    unitary({.kind = InstructionKind::unitary,
             .positive_controls = instruction.positive_controls,
             .targets = instruction.targets,
             .matrix = matrix});
  }

  void unitary(Instruction const& instruction) {
    auto const controls = instruction.positive_controls, targets = instruction.targets;
    if (controls.empty()) return synthesize(instruction.matrix, targets);
    if (targets.size() == 1)
      return controlled_local(
          {instruction.matrix[0], instruction.matrix[1], instruction.matrix[2], instruction.matrix[3]}, controls,
          targets[0]);
    std::size_t const n = std::size_t{1} << targets.size();
    auto const [vectors, values] = diagonalize_unitary(instruction.matrix, n);
    synthesize(adjoint(vectors, n), targets);
    // The phases as a sum over sets of targets that are 1: each less those of its subsets.
    std::vector<double> angles(n);
    for (std::size_t k = 0; k < n; ++k) angles[k] = std::arg(values[k]);
    for (std::size_t bit = 1; bit < n; bit *= 2)
      for (std::size_t k = 0; k < n; ++k)
        if ((k & bit) != 0) angles[k] -= angles[k ^ bit];
    for (std::size_t set = 0; set < n; ++set) {
      Qubits qubits(controls.begin(), controls.end());
      for (std::size_t target = 0; target < targets.size(); ++target)
        if ((set >> target & 1) != 0) qubits.push_back(targets[target]);
      phase(qubits, angles[set]);
    }
    synthesize(vectors, targets);
  }

  void synthesize(std::span<Complex const> matrix, std::span<Qubit const> targets) {
    for (Instruction instruction : synthesize_unitary(matrix, static_cast<unsigned>(targets.size()))) {
      Qubits controls, mapped;
      for (Qubit const qubit : instruction.positive_controls) controls.push_back(targets[qubit]);
      for (Qubit const qubit : instruction.targets) mapped.push_back(targets[qubit]);
      instruction.positive_controls = controls;
      instruction.targets = mapped;
      emit(instruction);
    }
  }

  Accepts const& accepts_;
  std::string_view what_;
  Rebuild output_;
  Instruction const* whole_ = nullptr;  ///< What is being replaced.
  Condition::Id condition_ = {};        ///< Of that.
  std::optional<Error> error_;
};

}  // namespace

std::string name_of(Instruction const& instruction) {
  std::string const prefix = instruction.is_symbolic() ? "an unbound " : "";
  if (instruction.kind == InstructionKind::unitary)
    return fmt::format("{}{}unitary on {} qubits", prefix, instruction.control_count() == 0 ? "a " : "a controlled ",
                       instruction.targets.size());
  if (instruction.kind == InstructionKind::assign) return "a classical assignment";
  if (instruction.kind == InstructionKind::loop_begin) return "a loop";
  if (instruction.kind == InstructionKind::gate)
    for (NamedGate const& named : named_gates())
      if (named.gate == instruction.gate && named.positive_controls == instruction.positive_controls.size() &&
          named.negative_controls == instruction.negative_controls.size() && named.form == NamedGate::Form::plain)
        return prefix + std::string(named.name);
  if (instruction.kind == InstructionKind::gate && instruction.control_count() != 0)
    return fmt::format("{}{} with {} controls", prefix, info(instruction.gate).name, instruction.control_count());
  return prefix + instruction_name(instruction);
}

Result<Circuit> lower(Circuit const& circuit, Accepts const& accepts, std::string_view what) {
  Lowering lowering(circuit, accepts, what);
  for (Instruction const instruction : circuit)
    if (auto added = lowering.add(instruction); !added) return added.error();
  return lowering.finish();
}

}  // namespace qhub::circuit
