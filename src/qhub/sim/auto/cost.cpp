#include "qhub/sim/auto/cost.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include "qhub/sim/channel.h"

namespace qhub::sim::automatic {
namespace {

using circuit::Instruction;
using circuit::InstructionKind;

/// About the probability with which a channel does something to a qubit in a mixed state.
double event_probability(Instruction const& noise) {
  if (noise.channel != circuit::Channel::kraus) {
    bool const sums = noise.channel == circuit::Channel::pauli || noise.channel == circuit::Channel::two_qubit_pauli;
    auto const counted = noise.parameters.first(sums ? noise.parameters.size() : 1);
    return std::min(1.0, std::accumulate(counted.begin(), counted.end(), 0.0));
  }
  double most_likely = 0;
  for (std::vector<circuit::Complex> const& k : operators_of(noise)) {
    double weight = 0;
    for (circuit::Complex const entry : k) weight += std::norm(entry);
    most_likely = std::max(most_likely, weight / static_cast<double>(std::size_t{1} << noise.targets.size()));
  }
  return std::max(0.0, 1 - most_likely);
}

/// Nanoseconds per amplitude of a state vector in single precision: see docs/simulators.md.
double arithmetic_of(Instruction const& gate) {
  constexpr double phase = 0.008, exchange = 0.03, rotation = 0.06, controlled = 0.1, matrix = 0.1;
  std::size_t const targets = gate.targets.size();
  if (gate.kind == InstructionKind::gate) {
    using circuit::Gate;
    static constexpr std::array phases{Gate::id,  Gate::z, Gate::s,  Gate::sdg, Gate::t,
                                       Gate::tdg, Gate::p, Gate::rz, Gate::rzz};
    static constexpr std::array exchanges{Gate::x, Gate::y, Gate::swap};
    if (targets == 0 || std::ranges::find(phases, gate.gate) != phases.end()) return phase;
    if (std::ranges::find(exchanges, gate.gate) != exchanges.end()) return exchange;
  }
  if (targets == 1) return gate.control_count() == 0 ? rotation : controlled;
  return matrix * std::exp2(static_cast<double>(targets));
}

/// What is on one qubit goes with its neighbours on two.
double blocks_of(circuit::Circuit const& circuit) {
  enum class Block : std::uint8_t { none, of_one, of_two };
  std::vector<Block> open(circuit.qubit_count(), Block::none);
  double blocks = 0;
  for (Instruction const instruction : circuit) {
    bool const is_gate = instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
    if (!is_gate && instruction.kind != InstructionKind::noise) continue;
    std::size_t const qubits = instruction.control_count() + instruction.targets.size();
    if (!is_gate && qubits > 1) continue;  // belongs to the gate before
    if (qubits > 1) ++blocks;
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets}) {
      for (circuit::Qubit const qubit : group) {
        Block& block = open[qubit];
        if (qubits == 1 && block == Block::none) ++blocks;
        if (qubits == 2 && block == Block::of_one) --blocks;  // goes with this one
        if (qubits == 1 && block == Block::none) block = Block::of_one;
        if (qubits > 1) block = qubits == 2 ? Block::of_two : Block::none;
      }
    }
  }
  return blocks;
}

double threads_of(RunOptions const& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

/// Seconds of one pass over so many bytes, from which cache they come and on how many threads.
double pass_seconds(double bytes, double threads) {
  constexpr double in_cache = 1 << 20, cached_rate = 40e9, memory_rate = 22e9;  // bytes per second and thread
  return bytes <= in_cache ? bytes / cached_rate
                           : bytes / ((bytes < 32 * in_cache ? cached_rate : memory_rate) * threads);
}

double shots_of(RunOptions const& options) {
  return static_cast<double>(std::max<std::uint64_t>(1, options.shots));
}

/// Bytes of a real number.
double real_bytes(RunOptions const& options) {
  return options.precision == Precision::single_precision ? 4 : 8;
}

}  // namespace

CircuitSize size_of(circuit::Circuit const& circuit) {
  CircuitSize size{.blocks = blocks_of(circuit), .qubits = static_cast<double>(circuit.qubit_count())};
  std::vector<bool> used_later(circuit.qubit_count());
  for (std::size_t i = circuit.size(); i-- > 0;) {
    Instruction const instruction = circuit[i];
    bool const pauli = instruction.kind == InstructionKind::gate && instruction.control_count() == 0 &&
                       (instruction.gate == circuit::Gate::x || instruction.gate == circuit::Gate::y ||
                        instruction.gate == circuit::Gate::z);
    if (instruction.condition && !pauli && instruction.kind != InstructionKind::noise) size.feedback = true;
    if (instruction.kind == InstructionKind::assign || instruction.kind == InstructionKind::loop_end)
      size.feedback = true;
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
        ++size.gates;
        size.arithmetic += arithmetic_of(instruction);
        break;
      case InstructionKind::noise:
        ++size.channels;
        size.noise_events += event_probability(instruction);
        break;
      case InstructionKind::measure:
      case InstructionKind::reset:
        if (instruction.kind == InstructionKind::measure) ++size.measurements;
        if (used_later[instruction.targets[0]]) ++size.collapses;
        break;
      default:
        continue;
    }
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      for (circuit::Qubit const qubit : group) used_later[qubit] = true;
  }
  return size;
}

double statevector_seconds(CircuitSize const& size, double qubits, RunOptions const& options) {
  double const shots = shots_of(options);
  double const amplitudes = std::exp2(qubits) * real_bytes(options) / 4 / (qubits > 13 ? threads_of(options) : 1);
  // Branches double with each collapse until every shot has one of its own.
  double branches = 0;
  for (double collapse = 0; collapse <= size.collapses; ++collapse) {
    if (collapse > 60) {
      branches += shots * (size.collapses - 60);
      break;
    }
    branches += std::min(shots, std::exp2(collapse));
  }
  double const mean_branches = branches / (size.collapses + 1);
  constexpr double memory = 3.5, collapse = 1.5;  // nanoseconds per amplitude
  double const once = memory + size.arithmetic * mean_branches + size.collapses * collapse * mean_branches;
  return 30e-6 + size.gates * 0.5e-6 + amplitudes * once * 1e-9 + shots * 100e-9 +
         size.collapses * mean_branches * 2e-6;
}

double stabilizer_seconds(CircuitSize const& size, double qubits, RunOptions const& options) {
  double const n = std::max(64.0, qubits);
  double const reference = size.gates * (60e-9 + n * 0.2e-9) + size.measurements * n * n / 64 * 1.5e-9;
  if (size.feedback) {  // a tableau for each shot
    double const per_shot = 300e-9 + n * n / 2 / 10e9 + reference;
    return 30e-6 + reference + shots_of(options) * per_shot / threads_of(options);
  }
  double const per_shot = (2 * size.gates + size.measurements) / 64 * 0.1e-9 + size.channels * 0.02e-9 +
                          size.noise_events * 15e-9 + 100e-9 + size.measurements * 1.5e-9;
  return 30e-6 + reference + shots_of(options) * per_shot / threads_of(options);
}

double density_matrix_seconds(CircuitSize const& size, double qubits, RunOptions const& options) {
  double const bytes = real_bytes(options) * std::exp2(2 * qubits);
  double const branches = std::min(shots_of(options), std::exp2(std::min(size.collapses, 60.0)));
  double const passes = ((size.gates + size.channels) / 4 + size.collapses + 2) * (1 + (branches - 1) / 2);
  return 30e-6 + (size.gates + size.channels) * 1e-6 + passes * pass_seconds(2 * bytes, threads_of(options)) +
         shots_of(options) * 50e-9;
}

double trajectories_seconds(CircuitSize const& size, double qubits, RunOptions const& options) {
  double const bytes = 2 * real_bytes(options) * std::exp2(qubits);
  double const shots = shots_of(options);
  // A shot without any event shares one state with all others of the kind; one with events has a state of its own from
  // its first event on.
  double const events = size.noise_events + size.collapses;
  double const alone = shots * (1 - std::exp(-events)) * events / (1 + events);
  double const passes = (size.blocks + size.collapses + 2) * (1 + alone);
  double const pass = 100e-9 + pass_seconds(3 * bytes, threads_of(options));
  double const together = qubits <= 15 ? threads_of(options) : 1;  // small states are run side by side
  return 30e-6 + (passes * pass + shots * size.channels * 2e-9) / together;
}

}  // namespace qhub::sim::automatic
