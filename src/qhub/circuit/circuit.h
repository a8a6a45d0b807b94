#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/gate.h"

namespace qhub::circuit {

using Qubit = std::uint32_t;  ///< Index over all quantum registers in order of declaration.
using Clbit = std::uint32_t;  ///< Index over all classical registers in order of declaration.

/// A named run of qubits or of classical bits.
struct Register {
  std::string name;
  std::uint32_t first = 0;  ///< Index of its element 0 in the circuit.
  std::uint32_t size = 0;

  friend bool operator==(Register const&, Register const&) = default;
};

/// The test of an `if`: the bits [first, first + count), lowest first, read as an unsigned integer, equal `value`.
/// Instructions refer to it by index. The test is made once per run of the circuit, when the first instruction that
/// depends on it is reached, and keeps its outcome: so the body of an `if` may overwrite the bits that opened it.
/// ConditionEvaluator does this.
struct Condition {
  /// Which outcome of which test an instruction waits for; by default none.
  struct Id {
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t index = none;  ///< Position in Circuit::conditions().
    bool negated = false;        ///< Runs if the test failed: the `else`.

    explicit operator bool() const { return index != none; }
    friend bool operator==(Id const&, Id const&) = default;
  };

  Clbit first = 0;
  std::uint32_t count = 1;
  std::uint64_t value = 1;  ///< Bits beyond the 64th of a longer register must be 0.
  Id parent = {};  ///< The enclosing `if`, a lower index; without it holding this test is neither made nor met.

  friend bool operator==(Condition const&, Condition const&) = default;
};

enum class InstructionKind : std::uint8_t {
  gate,     ///< `gate` with `parameters` on `targets`, if all controls agree.
  unitary,  ///< `matrix` on `targets`, if all controls agree.
  measure,  ///< targets[0] in the computational basis into `clbit`.
  reset,    ///< targets[0] to |0⟩.
  barrier,  ///< Orders what is before and after on `targets`; no effect on the state.
  delay,    ///< Idle time of parameters[0] seconds on `targets`; no effect on the state without noise.
};

/// A light view of one instruction. The spans point into the circuit and live until it is changed or destroyed; as an
/// argument of Circuit::append they point to the caller's data.
struct Instruction {
  InstructionKind kind = InstructionKind::gate;
  Gate gate = Gate::id;                           ///< Kind gate only.
  std::span<Qubit const> positive_controls = {};  ///< Must be 1 for the gate to act.
  std::span<Qubit const> negative_controls = {};  ///< Must be 0 for the gate to act.
  std::span<Qubit const> targets = {};
  std::span<double const> parameters = {};  ///< Radians (delay: seconds).
  std::span<Complex const> matrix = {};     ///< Kind unitary only: laid out like write_matrix().
  Clbit clbit = 0;                          ///< Kind measure only.
  Condition::Id condition = {};             ///< Gate, unitary, measure and reset only.

  [[nodiscard]] std::size_t control_count() const { return positive_controls.size() + negative_controls.size(); }
};

/// What a Braket result pragma asks for.
struct ResultRequest {
  enum class Kind : std::uint8_t {
    state_vector,
    density_matrix,
    amplitude,
    probability,
    expectation,
    variance,
    sample,
  };
  /// One tensor factor of an observable.
  struct Factor {
    std::string observable;       ///< "x", "y", "z", "h", "i" or "hermitian".
    std::vector<Complex> matrix;  ///< Of "hermitian", laid out like write_matrix() for `targets`.
    std::vector<Qubit> targets;   ///< Empty: each qubit in turn.
  };
  Kind kind = Kind::state_vector;
  std::string text;                 ///< The request as written, after `#pragma braket result`.
  std::vector<std::string> states;  ///< Of amplitude: bit strings, qubit 0 leftmost.
  std::vector<Qubit> targets;       ///< Of probability and density_matrix; empty: all.
  std::vector<Factor> observable;   ///< Of expectation, variance and sample.
};

/// An arbitrary unitary acts on at most so many targets (a matrix of 64 × 64).
inline constexpr unsigned max_unitary_targets = 6;

/// Qubits, and classical bits, of a circuit are at most so many.
inline constexpr std::uint32_t max_bits = 1U << 24;

/// A quantum circuit: registers and one flat list of instructions. Copyable; safe to read from several threads.
///
/// Memory: 16 bytes per instruction, 4 per operand, 8 per parameter; a million u3 gates take 44 MB.
class Circuit {
 public:
  Circuit() = default;
  /// Registers "q" of `qubits` qubits and "c" of `clbits` classical bits; none of size 0.
  explicit Circuit(std::uint32_t qubits, std::uint32_t clbits = 0);

  std::string name;                            ///< Free text; IQM and program sets name their circuits.
  std::vector<ResultRequest> result_requests;  ///< In order of appearance.

  /// Adds a register after the existing ones. Fails with invalid_argument if the name is taken, or the size is 0 or
  /// makes the total exceed max_bits.
  Result<Register> add_qubits(std::string register_name, std::uint32_t size);
  Result<Register> add_clbits(std::string register_name, std::uint32_t size);

  /// Adds a test for instructions to depend on. Fails with invalid_argument if its bits or its parent do not exist, or
  /// the value does not fit the bits.
  Result<Condition::Id> add_condition(Condition const& condition);

  /// Appends one instruction, which must not be a view into this same circuit. Fails with invalid_argument if a qubit,
  /// classical bit or condition does not exist, a qubit is named twice, the numbers of targets or parameters do not
  /// fit the gate, a parameter is not finite, or the matrix is not unitary (tolerance 1e-6, at most
  /// max_unitary_targets targets). A controlled gphase is stored as p or phase_zero on one of its controls.
  Result<void> append(Instruction const& instruction);

  /// Builder. Each call appends and returns the circuit; arguments that append() refuses throw std::invalid_argument.
  Circuit& gate(Gate gate, std::initializer_list<Qubit> targets, std::initializer_list<double> parameters = {},
                std::initializer_list<Qubit> positive_controls = {});
  Circuit& h(Qubit target) { return gate(Gate::h, {target}); }
  Circuit& x(Qubit target) { return gate(Gate::x, {target}); }
  Circuit& y(Qubit target) { return gate(Gate::y, {target}); }
  Circuit& z(Qubit target) { return gate(Gate::z, {target}); }
  Circuit& s(Qubit target) { return gate(Gate::s, {target}); }
  Circuit& t(Qubit target) { return gate(Gate::t, {target}); }
  Circuit& rx(double theta, Qubit target) { return gate(Gate::rx, {target}, {theta}); }
  Circuit& ry(double theta, Qubit target) { return gate(Gate::ry, {target}, {theta}); }
  Circuit& rz(double theta, Qubit target) { return gate(Gate::rz, {target}, {theta}); }
  Circuit& u(double theta, double phi, double lambda, Qubit target) {
    return gate(Gate::u, {target}, {theta, phi, lambda});
  }
  Circuit& cx(Qubit control, Qubit target) { return gate(Gate::x, {target}, {}, {control}); }
  Circuit& cz(Qubit control, Qubit target) { return gate(Gate::z, {target}, {}, {control}); }
  Circuit& ccx(Qubit a, Qubit b, Qubit target) { return gate(Gate::x, {target}, {}, {a, b}); }
  Circuit& swap(Qubit a, Qubit b) { return gate(Gate::swap, {a, b}); }
  Circuit& measure(Qubit qubit, Clbit clbit);
  Circuit& reset(Qubit qubit);
  Circuit& barrier();  ///< On all qubits.

  [[nodiscard]] std::uint32_t qubit_count() const { return qubit_count_; }
  [[nodiscard]] std::uint32_t clbit_count() const { return clbit_count_; }
  [[nodiscard]] std::vector<Register> const& quantum_registers() const { return quantum_registers_; }
  [[nodiscard]] std::vector<Register> const& classical_registers() const { return classical_registers_; }
  [[nodiscard]] std::vector<Condition> const& conditions() const { return conditions_; }

  [[nodiscard]] std::size_t size() const { return records_.size(); }  ///< Number of instructions.
  [[nodiscard]] bool empty() const { return records_.empty(); }
  [[nodiscard]] Instruction operator[](std::size_t index) const;  ///< index < size().

  class Iterator {
   public:
    using value_type = Instruction;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Circuit const* circuit, std::size_t index) : circuit_(circuit), index_(index) {}
    Instruction operator*() const { return (*circuit_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator const before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(Iterator const&, Iterator const&) = default;

   private:
    Circuit const* circuit_ = nullptr;
    std::size_t index_ = 0;
  };
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size()}; }

  /// Longest chain of instructions that share qubits or classical bits, barriers and delays not counted, as Qiskit's
  /// QuantumCircuit.depth(). Cost: one pass.
  [[nodiscard]] std::size_t depth() const;

  /// Makes room for so many instructions, operands and parameters in one step each.
  void reserve(std::size_t instructions, std::size_t operands, std::size_t parameters);
  /// Gives back memory reserved for growth.
  void shrink_to_fit();
  /// Bytes held by the instruction list, reserve included.
  [[nodiscard]] std::size_t memory() const;

 private:
  /// An instruction in 16 bytes. Its operands start at `operand` and end where the next record's start: condition
  /// (index * 2 + negated; only if conditioned), positive controls, negative controls, targets, clbit (measure only).
  struct Record {
    std::uint32_t operand = 0;
    std::uint32_t parameter = 0;  ///< Position in parameters_, or for unitary in matrices_.
    std::uint16_t positive_controls = 0;
    std::uint16_t negative_controls = 0;
    InstructionKind kind = InstructionKind::gate;
    Gate gate = Gate::id;
    bool conditioned = false;
  };
  static_assert(sizeof(Record) == 16);

  [[nodiscard]] Result<void> check(Instruction const& instruction) const;
  [[nodiscard]] Result<void> check_qubits(Instruction const& instruction) const;
  void store(Instruction const& instruction);

  std::uint32_t qubit_count_ = 0;
  std::uint32_t clbit_count_ = 0;
  std::vector<Register> quantum_registers_;
  std::vector<Register> classical_registers_;
  std::vector<Condition> conditions_;
  std::vector<Record> records_;
  std::vector<std::uint32_t> operands_;
  std::vector<double> parameters_;
  std::vector<Complex> matrices_;
};

/// Decides which instructions of a circuit run, for one run at a time.
class ConditionEvaluator {
 public:
  explicit ConditionEvaluator(Circuit const& circuit) : conditions_(circuit.conditions()) { restart(); }

  /// Forgets all outcomes, for the next run.
  void restart() { outcomes_.assign(conditions_.size(), unknown); }

  /// Whether an instruction with this condition runs now.
  /// \param bit  callable: bit(Clbit) → bool, the present value of a classical bit.
  template <class Bit>
  bool holds(Condition::Id id, Bit const& bit) {
    if (!id) return true;
    Condition const& condition = conditions_[id.index];
    if (!holds(condition.parent, bit)) return false;
    char& outcome = outcomes_[id.index];
    if (outcome == unknown) {
      outcome = 1;
      for (std::uint32_t i = 0; i < condition.count; ++i) {
        bool const wanted = i < 64 && (condition.value >> i & 1) != 0;
        if (static_cast<bool>(bit(condition.first + i)) != wanted) outcome = 0;
      }
    }
    return (outcome == 1) != id.negated;
  }

 private:
  static constexpr char unknown = 2;
  std::span<Condition const> conditions_;
  std::vector<char> outcomes_;
};

}  // namespace qhub::circuit
