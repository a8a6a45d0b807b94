#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/classical_expression.h"
#include "qhub/circuit/expression.h"
#include "qhub/circuit/gate.h"
#include "qhub/circuit/noise.h"

namespace qhub::circuit {

using Qubit = std::uint32_t;  ///< Index over all quantum registers in order of declaration.
using Clbit = std::uint32_t;  ///< Index over all classical registers in order of declaration, or a scratch bit.

/// Qubits, and classical bits, of a circuit are at most so many.
inline constexpr std::uint32_t max_bits = 1U << 24;

/// Scratch bits are numbered from here on: classical memory that belongs to no register and to no result, such as the
/// variables of a program. Circuit::bit_position() numbers both kinds without a gap.
inline constexpr Clbit first_scratch_bit = max_bits;

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
  gate,        ///< `gate` with `parameters` on `targets`, if all controls agree.
  unitary,     ///< `matrix` on `targets`, if all controls agree.
  measure,     ///< targets[0] in the computational basis into `clbit`.
  reset,       ///< targets[0] to |0⟩.
  barrier,     ///< Orders what is before and after on `targets`; no effect on the state.
  delay,       ///< Idle time of parameters[0] seconds on `targets`; no effect on the state without noise.
  noise,       ///< `channel` with `parameters`, or with the operators in `matrix`, on `targets`.
  assign,      ///< `value`, its lowest `clbit_count` bits, to the classical bits from `clbit` on.
  loop_begin,  ///< Start of Circuit::loops()[loop]: if its condition fails, what follows its loop_end is next.
  loop_end,    ///< Its loop_begin is next.
};

/// A `while`: the instructions between a loop_begin and its loop_end. Each time loop_begin is reached, the loop's own
/// test is made afresh, and the tests made inside it are forgotten.
struct Loop {
  Condition::Id condition = {};
  std::size_t begin = 0;              ///< Position of loop_begin.
  std::size_t end = 0;                ///< Position of loop_end.
  std::uint32_t first_condition = 0;  ///< Tests [first_condition, end_condition) are made inside.
  std::uint32_t end_condition = 0;

  friend bool operator==(Loop const&, Loop const&) = default;
};

/// A light view of one instruction. The spans point into the circuit and live until it is changed or destroyed; as an
/// argument of Circuit::append they point to the caller's data.
struct Instruction {
  InstructionKind kind = InstructionKind::gate;
  Gate gate = Gate::id;                           ///< Kind gate only.
  std::span<Qubit const> positive_controls = {};  ///< Must be 1 for the gate to act.
  std::span<Qubit const> negative_controls = {};  ///< Must be 0 for the gate to act.
  std::span<Qubit const> targets = {};
  /// Radians (delay: seconds, noise: probabilities). A number made by symbol() stands for an expression.
  std::span<double const> parameters = {};
  std::span<Expression const> expressions = {};  ///< What the symbols in `parameters` mean; empty without any.
  /// Of a unitary: laid out like write_matrix(). Of channel kraus: the operators, one after another.
  std::span<Complex const> matrix = {};
  Clbit clbit = 0;                             ///< Kinds measure and assign only.
  std::uint32_t clbit_count = 1;               ///< Kind assign only: 1 … 64.
  Channel channel = Channel::bit_flip;         ///< Kind noise only.
  std::uint32_t loop = 0;                      ///< Kinds loop_begin and loop_end only: position in Circuit::loops().
  ClassicalExpression const* value = nullptr;  ///< Kind assign only.
  Condition::Id condition = {};                ///< Gate, unitary, measure, reset, noise and assign only.

  [[nodiscard]] std::size_t control_count() const { return positive_controls.size() + negative_controls.size(); }
  /// Whether it has a parameter without value: then only its circuit can be bound, inverted or written, not run.
  [[nodiscard]] bool is_symbolic() const { return !expressions.empty(); }
  /// parameters[index] as number or expression.
  [[nodiscard]] Expression parameter(std::size_t index) const;
};

/// The number that stands for expression number `index` among an instruction's parameters: a NaN that carries it.
[[nodiscard]] double symbol(std::uint32_t index);

/// Expressions as an Instruction wants them. Lives at least as long as the instruction.
class ParameterList {
 public:
  explicit ParameterList(std::span<Expression const> values);
  [[nodiscard]] std::span<double const> parameters() const { return numbers_; }
  [[nodiscard]] std::span<Expression const> expressions() const { return expressions_; }

 private:
  boost::container::small_vector<double, 4> numbers_;
  std::vector<Expression> expressions_;
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

/// A quantum circuit: registers and one flat list of instructions. Copyable; safe to read from several threads.
///
///     Circuit bell(2, 2);
///     bell.h(0).cx(0, 1).measure_all();
///
/// Builder methods append and return the circuit; what append() refuses makes them throw std::invalid_argument. Angles
/// are radians, as numbers or as expressions of named parameters. Gates are those of gate.h under their usual names.
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
  /// Adds scratch bits, which start as 0, and returns the first. Fails with invalid_argument beyond max_bits of them.
  Result<Clbit> add_scratch(std::uint32_t size);

  /// Adds a test for instructions to depend on. Fails with invalid_argument if its bits or its parent do not exist, or
  /// the value does not fit the bits.
  Result<Condition::Id> add_condition(Condition const& condition);

  /// Appends one instruction, which must not be a view into this same circuit. Fails with invalid_argument if a qubit,
  /// classical bit or condition does not exist, a qubit is named twice, the numbers of targets or parameters do not
  /// fit the gate, a parameter is not finite, the matrix is not unitary (tolerance 1e-6, at most
  /// max_unitary_targets targets), check_channel() refuses the noise, or for loops: see begin_loop(). A controlled
  /// gphase is stored as p or phase_zero on one of its controls.
  Result<void> append(Instruction const& instruction);

  /// Appends the loop_begin of a `while` over what is appended until end_loop(). Loops may nest.
  Result<void> begin_loop(Condition::Id condition);
  /// Fails with invalid_argument if no loop is open.
  Result<void> end_loop();

  Circuit& gate(Gate gate, std::initializer_list<Qubit> targets, std::initializer_list<Expression> parameters = {},
                std::initializer_list<Qubit> positive_controls = {});
  Circuit& gate(Gate gate, std::span<Qubit const> targets, std::span<Expression const> parameters = {},
                std::span<Qubit const> positive_controls = {}, std::span<Qubit const> negative_controls = {});

  Circuit& id(Qubit target) { return gate(Gate::id, {target}); }
  Circuit& x(Qubit target) { return gate(Gate::x, {target}); }
  Circuit& y(Qubit target) { return gate(Gate::y, {target}); }
  Circuit& z(Qubit target) { return gate(Gate::z, {target}); }
  Circuit& h(Qubit target) { return gate(Gate::h, {target}); }
  Circuit& s(Qubit target) { return gate(Gate::s, {target}); }
  Circuit& sdg(Qubit target) { return gate(Gate::sdg, {target}); }
  Circuit& t(Qubit target) { return gate(Gate::t, {target}); }
  Circuit& tdg(Qubit target) { return gate(Gate::tdg, {target}); }
  Circuit& sx(Qubit target) { return gate(Gate::sx, {target}); }
  Circuit& sxdg(Qubit target) { return gate(Gate::sxdg, {target}); }
  Circuit& p(Expression lambda, Qubit target) { return gate(Gate::p, {target}, {lambda}); }
  Circuit& u1(Expression lambda, Qubit target) { return p(lambda, target); }
  Circuit& rx(Expression theta, Qubit target) { return gate(Gate::rx, {target}, {theta}); }
  Circuit& ry(Expression theta, Qubit target) { return gate(Gate::ry, {target}, {theta}); }
  Circuit& rz(Expression theta, Qubit target) { return gate(Gate::rz, {target}, {theta}); }
  Circuit& prx(Expression theta, Expression phi, Qubit target) { return gate(Gate::r, {target}, {theta, phi}); }
  Circuit& u2(Expression phi, Expression lambda, Qubit target);
  Circuit& u(Expression theta, Expression phi, Expression lambda, Qubit target) {
    return gate(Gate::u, {target}, {theta, phi, lambda});
  }
  Circuit& u3(Expression theta, Expression phi, Expression lambda, Qubit target) {
    return u(theta, phi, lambda, target);
  }
  Circuit& gpi(Expression phi, Qubit target) { return gate(Gate::gpi, {target}, {phi}); }
  Circuit& gpi2(Expression phi, Qubit target) { return gate(Gate::gpi2, {target}, {phi}); }
  Circuit& global_phase(Expression gamma) { return gate(Gate::gphase, {}, {gamma}); }

  Circuit& cx(Qubit control, Qubit target) { return gate(Gate::x, {target}, {}, {control}); }
  Circuit& cy(Qubit control, Qubit target) { return gate(Gate::y, {target}, {}, {control}); }
  Circuit& cz(Qubit control, Qubit target) { return gate(Gate::z, {target}, {}, {control}); }
  Circuit& ch(Qubit control, Qubit target) { return gate(Gate::h, {target}, {}, {control}); }
  Circuit& cs(Qubit control, Qubit target) { return gate(Gate::s, {target}, {}, {control}); }
  Circuit& csx(Qubit control, Qubit target) { return gate(Gate::sx, {target}, {}, {control}); }
  Circuit& cp(Expression lambda, Qubit control, Qubit target) { return gate(Gate::p, {target}, {lambda}, {control}); }
  Circuit& crx(Expression theta, Qubit control, Qubit target) { return gate(Gate::rx, {target}, {theta}, {control}); }
  Circuit& cry(Expression theta, Qubit control, Qubit target) { return gate(Gate::ry, {target}, {theta}, {control}); }
  Circuit& crz(Expression theta, Qubit control, Qubit target) { return gate(Gate::rz, {target}, {theta}, {control}); }
  Circuit& cu(Expression theta, Expression phi, Expression lambda, Expression gamma, Qubit control, Qubit target);
  Circuit& swap(Qubit a, Qubit b) { return gate(Gate::swap, {a, b}); }
  Circuit& iswap(Qubit a, Qubit b) { return gate(Gate::iswap, {a, b}); }
  Circuit& ecr(Qubit a, Qubit b) { return gate(Gate::ecr, {a, b}); }
  Circuit& dcx(Qubit a, Qubit b) { return gate(Gate::dcx, {a, b}); }
  Circuit& rxx(Expression theta, Qubit a, Qubit b) { return gate(Gate::rxx, {a, b}, {theta}); }
  Circuit& ryy(Expression theta, Qubit a, Qubit b) { return gate(Gate::ryy, {a, b}, {theta}); }
  Circuit& rzz(Expression theta, Qubit a, Qubit b) { return gate(Gate::rzz, {a, b}, {theta}); }
  Circuit& rzx(Expression theta, Qubit a, Qubit b) { return gate(Gate::rzx, {a, b}, {theta}); }
  Circuit& xy(Expression theta, Qubit a, Qubit b) { return gate(Gate::xy, {a, b}, {theta}); }
  Circuit& pswap(Expression phi, Qubit a, Qubit b) { return gate(Gate::pswap, {a, b}, {phi}); }
  Circuit& ms(Expression phi0, Expression phi1, Expression theta, Qubit a, Qubit b) {
    return gate(Gate::ms, {a, b}, {phi0, phi1, theta});
  }
  Circuit& ccx(Qubit a, Qubit b, Qubit target) { return gate(Gate::x, {target}, {}, {a, b}); }
  Circuit& ccz(Qubit a, Qubit b, Qubit target) { return gate(Gate::z, {target}, {}, {a, b}); }
  Circuit& cswap(Qubit control, Qubit a, Qubit b) { return gate(Gate::swap, {a, b}, {}, {control}); }
  Circuit& mcx(std::span<Qubit const> controls, Qubit target) { return gate(Gate::x, {&target, 1}, {}, controls); }
  Circuit& mcp(Expression lambda, std::span<Qubit const> controls, Qubit target) {
    return gate(Gate::p, {&target, 1}, {&lambda, 1}, controls);
  }
  /// \param matrix  laid out like write_matrix(): the first target is the lowest bit.
  Circuit& unitary(std::span<Complex const> matrix, std::span<Qubit const> targets,
                   std::span<Qubit const> positive_controls = {});

  Circuit& measure(Qubit qubit, Clbit clbit);
  /// Qubit k into classical bit k for every k; adds register "meas" for those that are missing.
  Circuit& measure_all();
  Circuit& reset(Qubit qubit);
  Circuit& barrier();  ///< On all qubits.
  Circuit& barrier(std::span<Qubit const> qubits);
  Circuit& delay(Expression seconds, Qubit qubit);
  Circuit& noise(Channel channel, std::initializer_list<Expression> probabilities,
                 std::initializer_list<Qubit> targets);
  /// \param operators  each 4^targets entries, see check_channel(); one after another.
  Circuit& kraus(std::span<Complex const> operators, std::span<Qubit const> targets);
  /// What `body` appends runs if the classical bits of a register, or a single bit, have that value.
  template <class Body>
  Circuit& if_equal(Register const& bits, std::uint64_t value, Body const& body) {
    Condition::Id const outer = open_condition({bits.first, bits.size, value, {}});
    body(*this);
    builder_condition_ = outer;
    return *this;
  }
  template <class Body>
  Circuit& if_bit(Clbit bit, Body const& body) {
    return if_equal({{}, bit, 1}, 1, body);
  }
  /// What `body` appends is repeated as long as the bits have that value.
  template <class Body>
  Circuit& while_equal(Register const& bits, std::uint64_t value, Body const& body) {
    open_loop({bits.first, bits.size, value, {}});
    body(*this);
    close_loop();
    return *this;
  }

  /// Appends another circuit: its qubit k acts on qubits[k], its classical bit k on clbits[k]. Empty lists: on the
  /// same numbers. Result requests and names stay behind. Fails with invalid_argument if a list is of another length
  /// or names a bit that does not exist, or a qubit twice.
  Result<void> append(Circuit const& other, std::span<Qubit const> qubits, std::span<Clbit const> clbits = {});
  /// The same as a builder.
  Circuit& compose(Circuit const& other, std::span<Qubit const> qubits = {}, std::span<Clbit const> clbits = {});

  /// The circuit that undoes this one. Fails with unsupported on measurement, reset, noise or classical control.
  [[nodiscard]] Result<Circuit> inverse() const;
  /// The circuit behind `controls` new qubits in front: register "control", numbers 0 … controls - 1. Fails as
  /// inverse(). Fails with invalid_argument if the name is taken.
  [[nodiscard]] Result<Circuit> control(std::uint32_t controls = 1) const;
  /// The circuit `exponent` times, its inverse for a negative one; a fractional exponent takes the principal root of
  /// its matrix, on at most max_unitary_targets qubits. Fails as inverse(), or too_large beyond 10^8 instructions.
  [[nodiscard]] Result<Circuit> power(double exponent) const;
  /// The circuit with values for some or all of its parameters. Fails with invalid_argument if there is no parameter
  /// of a name, or a gate's parameter is not finite then.
  [[nodiscard]] Result<Circuit> bind(Bindings const& values) const;
  /// Names of the parameters that have no value yet, in alphabetical order. Cost: one pass.
  [[nodiscard]] std::vector<std::string> parameters() const;

  [[nodiscard]] std::uint32_t qubit_count() const { return qubit_count_; }
  [[nodiscard]] std::uint32_t clbit_count() const { return clbit_count_; }
  [[nodiscard]] std::uint32_t scratch_count() const { return scratch_count_; }
  /// Classical bits and scratch bits in one range: [0, clbit_count()), behind it the scratch bits.
  [[nodiscard]] std::uint32_t bit_position(Clbit bit) const {
    return bit < first_scratch_bit ? bit : clbit_count_ + (bit - first_scratch_bit);
  }
  [[nodiscard]] std::vector<Register> const& quantum_registers() const { return quantum_registers_; }
  [[nodiscard]] std::vector<Register> const& classical_registers() const { return classical_registers_; }
  [[nodiscard]] std::vector<Condition> const& conditions() const { return conditions_; }
  [[nodiscard]] std::vector<Loop> const& loops() const { return loops_; }

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
  /// QuantumCircuit.depth(). The body of a loop counts once. Cost: one pass.
  [[nodiscard]] std::size_t depth() const;
  /// How many instructions there are of each name: instruction_name().
  [[nodiscard]] std::map<std::string, std::size_t, std::less<>> counts() const;

  /// Makes room for so many instructions, operands and parameters in one step each.
  void reserve(std::size_t instructions, std::size_t operands, std::size_t parameters);
  /// Gives back memory reserved for growth.
  void shrink_to_fit();
  /// Bytes held by the instruction list, reserve included.
  [[nodiscard]] std::size_t memory() const;

 private:
  /// An instruction in 16 bytes. Its operands start at `operand` and end where the next record's start: condition
  /// (index * 2 + negated; only if conditioned), positive controls, negative controls, targets, then clbit (measure,
  /// assign), its count (assign), number of the loop (loop_begin, loop_end).
  struct Record {
    std::uint32_t operand = 0;
    /// Position in parameters_; of unitary and kraus in matrices_, of assign in values_.
    std::uint32_t parameter = 0;
    std::uint16_t positive_controls = 0;  ///< Of kraus: the number of its operators.
    std::uint16_t negative_controls = 0;
    InstructionKind kind = InstructionKind::gate;
    union {
      Gate gate = Gate::id;
      Channel channel;  ///< Of noise.
    };
    bool conditioned = false;
    bool symbolic = false;
  };
  static_assert(sizeof(Record) == 16);

  [[nodiscard]] Result<void> check(Instruction const& instruction) const;
  [[nodiscard]] Result<void> check_qubits(Instruction const& instruction) const;
  [[nodiscard]] Result<void> check_bits(Clbit first, std::uint32_t count) const;
  [[nodiscard]] Result<void> check_value(Instruction const& instruction) const;
  void store(Instruction const& instruction);
  struct Placement;
  Result<void> append_placed(Circuit const& other, Instruction instruction, Placement const& placement);
  void add(Instruction instruction);  ///< append() for builders
  Condition::Id open_condition(Condition condition);
  void open_loop(Condition condition);
  void close_loop();

  std::uint32_t qubit_count_ = 0;
  std::uint32_t clbit_count_ = 0;
  std::vector<Register> quantum_registers_;
  std::vector<Register> classical_registers_;
  std::vector<Condition> conditions_;
  std::vector<Record> records_;
  std::vector<std::uint32_t> operands_;
  std::vector<double> parameters_;
  std::vector<Complex> matrices_;
  std::uint32_t scratch_count_ = 0;
  std::vector<Expression> expressions_;      ///< What the symbols in parameters_ mean.
  std::vector<ClassicalExpression> values_;  ///< What is assigned.
  std::vector<Loop> loops_;
  std::vector<std::uint32_t> open_loops_;  ///< Those without end yet, innermost last.
  Condition::Id builder_condition_ = {};   ///< Which builders put on what they append.
};

/// The name of a gate with "c" or "mc" for one or more controls ("cx", "ccx", "mcx"), of a channel, or of the kind.
[[nodiscard]] std::string instruction_name(Instruction const& instruction);

/// Decides which instructions of a circuit run, for one run at a time.
class ConditionEvaluator {
 public:
  explicit ConditionEvaluator(Circuit const& circuit) : conditions_(circuit.conditions()) { restart(); }

  /// Whether the body of a loop runs now (again).
  template <class Bit>
  bool enters(Loop const& loop, Bit const& bit) {
    std::fill(outcomes_.begin() + loop.first_condition, outcomes_.begin() + loop.end_condition, unknown);
    if (loop.condition) outcomes_[loop.condition.index] = unknown;
    return holds(loop.condition, bit);
  }

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
