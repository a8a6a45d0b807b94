#pragma once

#include <algorithm>
#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/sim/statevector/kernels.h"

/// How the gates of a circuit become few passes over the state, each of which applies many gates to chunks that fit the
/// cache.
namespace qhub::sim::statevector {

/// A gate in the form that plans are made of, or a part of one. Qubits are given as bits of a mask.
struct Element {
  enum class Kind : std::uint8_t {
    phase,             ///< A factor of size 1 where the controls agree; up to two controls ask for 1.
    rotate,            ///< cos α (1, -t; t, 1), with t = tan α
    rotate_exchanged,  ///< sin α (t, -1; 1, t), with t = cot α
    exchange,          ///< X
    multiply_one,      ///< A 2 × 2 matrix.
    multiply_two,      ///< A 4 × 4 matrix, without controls.
    dense,             ///< Any number of targets.
  };

  Kind kind = Kind::phase;
  std::uint8_t target_count = 0;
  std::array<std::uint8_t, 6> targets = {};  ///< The first is the lowest bit of a matrix's index.
  std::uint64_t mixed = 0;                   ///< The targets.
  std::uint64_t controls = 0;                ///< Looked at only; elements that have no other qubits in common commute.
  std::uint64_t control_values = 0;          ///< Subset of `controls`: those that must be 1.
  std::complex<double> factor = 1;           ///< phase only.
  double number = 0;                         ///< rotate, rotate_exchanged: t.
  double scale = 1;                          ///< rotate: cos α; rotate_exchanged: sin α.
  std::uint32_t first_number = 0;            ///< multiply_one, multiply_two, dense: matrix, row-major, 2 numbers each.
};

/// Elements in the order in which they act.
struct ElementList {
  std::vector<Element> elements;
  std::vector<double> numbers;

  void clear() {
    elements.clear();
    numbers.clear();
  }
};

/// e^{i angle} on all amplitudes whose bits are 1: one or two bits of the chunk or of the outer index.
struct PhaseTerm {
  std::uint32_t chunk = 0;
  std::uint64_t outer = 0;
  double angle = 0;
};

/// What is done to each chunk, by one kernel.
struct PassStep {
  enum class Kind : std::uint8_t {
    tiles,   ///< apply_tiles with `operations`
    rows,    ///< multiply_rows with `terms`
    blocks,  ///< multiply_blocks: e^{i angle} where all controls agree
    dense,   ///< apply_dense
  };
  Kind kind = Kind::tiles;
  std::uint8_t bit_count = 0;
  std::array<std::uint8_t, 6> bits = {};  ///< tiles and dense: bits of the chunk.
  std::uint32_t first = 0, count = 0;     ///< tiles: in Plan::operations. rows: in Plan::terms.
  std::uint32_t first_number = 0;         ///< dense: matrix; as that of operations, relative to Pass::first_number.
  double angle = 0;                       ///< blocks
  std::uint32_t lane_mask = 0, lane_value = 0, chunk_mask = 0, chunk_value = 0;  ///< blocks and dense: controls.
  std::uint64_t outer_mask = 0, outer_value = 0;
};

/// One pass over the state. The state's index has a bit for each position; the inner positions make up a chunk's index,
/// in ascending order, the others the outer index.
struct Pass {
  std::uint8_t positions = 0;  ///< All amplitudes from 2^positions on are 0, before and after.
  std::uint8_t written = 0;    ///< Those from 2^written on are 0 before.
  std::uint64_t vacant = 0;    ///< So are those whose index has any of these bits, of the outer index; also after.
  std::vector<std::uint8_t> inner;
  std::vector<std::uint8_t> destination;  ///< The position to which each bit of the chunk goes; the inner ones again.
  std::uint32_t first_step = 0, step_count = 0;
  std::uint32_t first_number = 0, number_count = 0;  ///< In Plan::numbers.
};

struct Plan {
  std::vector<Pass> passes;
  std::vector<PassStep> steps;
  std::vector<TileOperation> operations;
  std::vector<PhaseTerm> terms;
  std::vector<double> numbers;

  [[nodiscard]] std::size_t bytes() const;
};

/// Measures of a state and of its chunks, in bits.
struct Shape {
  unsigned lane_bits = 0;
  unsigned chunk_bits = 0;  ///< At least lane_bits + tile_bits, and lane_bits plus the targets of every dense gate.
  unsigned positions = 0;   ///< At least chunk_bits.
};

/// Shape of a state of so many qubits. Chunks fill a quarter of a common second-level cache; states that would be only
/// a few chunks get smaller ones, for threads to share. \param widest_gate  most targets of any gate.
[[nodiscard]] Shape make_shape(unsigned qubits, unsigned widest_gate, unsigned lane_bits, std::size_t amplitude_size);

/// Where each qubit is. A qubit gets its position with the first gate that mixes it, before that it is in |0⟩.
class Placement {
 public:
  static constexpr std::uint8_t none = 255;

  explicit Placement(unsigned qubits, unsigned positions) : position_(qubits, none), qubit_(positions, none) {}

  [[nodiscard]] std::uint8_t position(unsigned qubit) const { return position_[qubit]; }
  [[nodiscard]] std::uint8_t qubit(unsigned position) const { return qubit_[position]; }
  [[nodiscard]] unsigned positions() const { return static_cast<unsigned>(qubit_.size()); }
  void place(unsigned qubit, unsigned position) {
    position_[qubit] = static_cast<std::uint8_t>(position);
    qubit_[position] = static_cast<std::uint8_t>(qubit);
  }
  /// The lowest position that has no qubit.
  [[nodiscard]] unsigned lowest_vacant() const {
    return static_cast<unsigned>(std::ranges::find(qubit_, none) - qubit_.begin());
  }
  void place_lowest(unsigned qubit) { place(qubit, lowest_vacant()); }
  /// The qubit is in |0⟩ again.
  void remove(unsigned qubit) {
    vacate(position_[qubit]);
    position_[qubit] = none;
  }
  /// The number of positions up to the last that has a qubit.
  [[nodiscard]] unsigned occupied() const {
    auto const last = std::find_if(qubit_.rbegin(), qubit_.rend(), [](std::uint8_t qubit) { return qubit != none; });
    return static_cast<unsigned>(qubit_.rend() - last);
  }
  /// Nothing is at this position any more, or not yet.
  void vacate(unsigned position) { qubit_[position] = none; }

 private:
  std::vector<std::uint8_t> position_, qubit_;
};

/// What add_passes() needs to know beside the elements.
struct PassOptions {
  bool keep_places = false;        ///< Afterwards every qubit is where it was, because the passes may be left out.
  bool drop_final_phases = false;  ///< Nothing but measurements of all qubits follows.
};

/// Adds passes for all elements to the plan. Returns the factor that the state has to be multiplied by afterwards: the
/// scales of rotations, as far as they were left out.
/// Method: passes, and within them tiles, are filled greedily with all elements that the qubits chosen so far allow,
/// elements that commute overtaking others; the qubits are those of the earliest elements. Phases wait until a gate
/// that mixes their qubits forces them, and are then done together. Cost: elements times passes.
[[nodiscard]] double add_passes(Plan& plan, Placement& placement, Shape const& shape, ElementList const& list,
                                PassOptions const& options, std::stop_token const& stop);

}  // namespace qhub::sim::statevector
