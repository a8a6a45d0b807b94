#include "qhub/sim/channel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace qhub::sim {
namespace {

using circuit::Circuit;
using circuit::Complex;
using circuit::Instruction;
using circuit::InstructionKind;

constexpr double tolerance = 1e-9;

/// A Pauli string as a matrix with one entry per column: column c has `factor(c)` in row c ^ flips.
struct PauliMatrix {
  std::size_t flips = 0;
  std::size_t signs = 0;

  explicit PauliMatrix(std::size_t index) {
    for (unsigned j = 0; index >> 2 * j != 0; ++j) {
      flips |= (index >> 2 * j & 1) << j;
      signs |= (index >> (2 * j + 1) & 1) << j;
    }
  }
  [[nodiscard]] Complex factor(std::size_t column) const {
    constexpr std::array<Complex, 4> powers{Complex{1, 0}, Complex{0, 1}, Complex{-1, 0}, Complex{0, -1}};
    auto const exponent = static_cast<unsigned>(std::popcount(flips & signs) + 2 * std::popcount(column & signs));
    return powers[exponent % 4];
  }
};

/// K P K†.
std::vector<Complex> conjugated(std::span<Complex const> k, PauliMatrix const& pauli, std::size_t size) {
  std::vector<Complex> half(size * size), full(size * size);
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t column = 0; column < size; ++column)
      half[row * size + column] = k[row * size + (column ^ pauli.flips)] * pauli.factor(column);
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t inner = 0; inner < size; ++inner) {
      Complex const left = half[row * size + inner];
      if (left == Complex{}) continue;
      for (std::size_t column = 0; column < size; ++column)
        full[row * size + column] += left * std::conj(k[column * size + inner]);
    }
  return full;
}

/// Copies a circuit with noise in between.
class NoiseAdder {
 public:
  explicit NoiseAdder(Circuit const& circuit) : circuit_(circuit) { noisy_.name = circuit.name; }

  Result<Circuit> run(double one_qubit, double two_qubit) {
    noisy_.result_requests = circuit_.result_requests;
    for (circuit::Register const& qubits : circuit_.quantum_registers())
      check(noisy_.add_qubits(qubits.name, qubits.size));
    for (circuit::Register const& bits : circuit_.classical_registers()) check(noisy_.add_clbits(bits.name, bits.size));
    check(noisy_.add_scratch(circuit_.scratch_count()));
    for (Instruction const instruction : circuit_) {
      copy(instruction);
      bool const is_gate = instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
      std::size_t const qubits = instruction.control_count() + instruction.targets.size();
      double const probability = qubits == 1 ? one_qubit : qubits == 2 ? two_qubit : 0;
      if (is_gate && probability > 0) add_noise(instruction, qubits, probability);
      if (error_) return *std::move(error_);
    }
    return std::move(noisy_);
  }

 private:
  template <class T>
  void check(Result<T> const& result) {
    if (!result && !error_) error_ = result.error();
  }

  /// Conditions belong to the loop that is open when they are made, so they are made as late as in the original.
  void add_conditions(std::size_t count) {
    while (noisy_.conditions().size() < count && !error_)
      check(noisy_.add_condition(circuit_.conditions()[noisy_.conditions().size()]));
  }

  void copy(Instruction const& instruction) {
    if (instruction.condition) add_conditions(instruction.condition.index + std::size_t{1});
    if (instruction.kind == InstructionKind::loop_begin) {
      circuit::Loop const& loop = circuit_.loops()[instruction.loop];
      add_conditions(loop.first_condition);
      check(noisy_.begin_loop(loop.condition));
    } else if (instruction.kind == InstructionKind::loop_end) {
      add_conditions(circuit_.loops()[instruction.loop].end_condition);
      check(noisy_.end_loop());
    } else {
      check(noisy_.append(instruction));
    }
  }

  void add_noise(Instruction const& gate, std::size_t qubits, double probability) {
    std::array<circuit::Qubit, 2> targets{};
    auto end = targets.begin();
    for (auto const& group : {gate.positive_controls, gate.negative_controls, gate.targets})
      end = std::ranges::copy(group, end).out;
    check(noisy_.append(
        {.kind = InstructionKind::noise,
         .targets = std::span(targets).first(qubits),
         .parameters = {&probability, 1},
         .channel = qubits == 1 ? circuit::Channel::depolarizing : circuit::Channel::two_qubit_depolarizing,
         .condition = gate.condition}));
  }

  Circuit const& circuit_;
  Circuit noisy_;
  std::optional<Error> error_;  // the first
};

}  // namespace

Operators operators_of(Instruction const& instruction) {
  if (instruction.kind == InstructionKind::noise)
    return circuit::kraus_operators(instruction.channel, instruction.parameters, instruction.matrix,
                                    instruction.targets.size());
  std::size_t const controls = instruction.control_count();
  std::size_t const small = std::size_t{1} << instruction.targets.size();
  std::vector<Complex> gate(instruction.matrix.begin(), instruction.matrix.end());
  if (instruction.kind == InstructionKind::gate) {
    gate.resize(small * small);
    circuit::write_matrix(instruction.gate, instruction.parameters, gate.data());
  }
  if (controls == 0) return {std::move(gate)};
  std::size_t const size = small << controls;
  std::size_t const wanted = (std::size_t{1} << instruction.positive_controls.size()) - 1;
  std::vector<Complex> matrix(size * size);
  for (std::size_t i = 0; i < size; ++i) matrix[i * size + i] = 1;
  for (std::size_t row = 0; row < small; ++row)
    for (std::size_t column = 0; column < small; ++column)
      matrix[(row << controls | wanted) * size + (column << controls | wanted)] = gate[row * small + column];
  return {std::move(matrix)};
}

std::vector<double> pauli_transfer_matrix(std::span<std::vector<Complex> const> operators, unsigned qubits) {
  std::size_t const strings = std::size_t{1} << 2 * qubits, size = std::size_t{1} << qubits;
  std::vector<double> transfer(strings * strings);
  for (std::vector<Complex> const& k : operators) {
    for (std::size_t q = 0; q < strings; ++q) {
      std::vector<Complex> const image = conjugated(k, PauliMatrix(q), size);
      for (std::size_t p = 0; p < strings; ++p) {
        PauliMatrix const pauli(p);
        Complex trace = 0;  // of P times image: column c of P meets row c of the image
        for (std::size_t c = 0; c < size; ++c) trace += pauli.factor(c) * image[c * size + (c ^ pauli.flips)];
        transfer[p * strings + q] += trace.real() / static_cast<double>(size);
      }
    }
  }
  return transfer;
}

// A Pauli string Q multiplies P by -1 if they anticommute, so the diagonal is the Walsh-Hadamard transform of the
// probabilities, with the two bits of each digit exchanged.
std::optional<std::vector<double>> pauli_probabilities(std::span<double const> transfer_matrix, unsigned qubits) {
  std::size_t const strings = std::size_t{1} << 2 * qubits;
  for (std::size_t p = 0; p < strings; ++p)
    for (std::size_t q = 0; q < strings; ++q)
      if (p != q && std::abs(transfer_matrix[p * strings + q]) > tolerance) return std::nullopt;
  std::vector<double> probabilities(strings);
  for (std::size_t q = 0; q < strings; ++q) {
    for (std::size_t p = 0; p < strings; ++p) {
      PauliMatrix const a(p), b(q);
      bool const anticommute = std::popcount((a.flips & b.signs) ^ (a.signs & b.flips)) % 2 != 0;
      probabilities[q] += anticommute ? -transfer_matrix[p * strings + p] : transfer_matrix[p * strings + p];
    }
    probabilities[q] = std::max(0.0, probabilities[q] / static_cast<double>(strings));
    if (probabilities[q] < tolerance * tolerance) probabilities[q] = 0;
  }
  return probabilities;
}

Result<Circuit> with_depolarizing_noise(Circuit const& circuit, double one_qubit, double two_qubit) {
  return NoiseAdder(circuit).run(one_qubit, two_qubit);
}

}  // namespace qhub::sim
