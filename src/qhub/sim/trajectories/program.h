#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/measurement_fates.h"
#include "qhub/sim/tiles.h"

namespace qhub::sim::trajectories {

using circuit::Complex;

/// A complex matrix on the one or two qubits of a block, row-major in the upper left corner.
struct Matrix {
  unsigned dimension = 2;
  std::array<Complex, 16> entries{};

  static Matrix identity(unsigned dimension);
  friend Matrix operator*(Matrix const& later, Matrix const& earlier);
};

/// Something that takes one of several courses at random. Operator 0 is the likeliest; all are scaled so that they keep
/// the norm of the completely mixed state.
struct Choice {
  struct Alternative {
    Matrix op;
    double weight = 0;  ///< Its probability for the completely mixed state.
    Matrix square;      ///< K†K of the operator before scaling, to find its probability for other states.
  };
  std::vector<Alternative> alternatives;
  /// Operator 0 is not taken with at most this probability, whatever the state.
  double bound = 0;
  bool depends_on_state = false;  ///< Otherwise each alternative has its weight as probability.
};

/// One gate, channel, measurement or reset in a block.
struct Element {
  Matrix gate;                               ///< Of elements without choice; else operator 0.
  std::optional<std::uint32_t> choice = {};  ///< Position in Program::choices.
  std::optional<circuit::Clbit> clbit = {};  ///< Of a measurement: alternative k stands for outcome k.
};

/// Neighbouring instructions on one or two qubits. Where none of its choices takes another course than its likeliest,
/// all of it is one matrix.
struct Block {
  std::vector<circuit::Qubit> qubits;  ///< One or two; the first is the lower bit of a matrix index.
  std::vector<Element> elements;
  Matrix likeliest;  ///< Product of all elements.
  bool has_choice = false;
  unsigned drift = 0;  ///< Number of elements that may change the norm: each by a factor of 4 at most.
};

struct Step {
  enum class Kind : std::uint8_t {
    block,       ///< blocks[index].
    wide,        ///< The gate at `position` of the circuit, on three qubits or more.
    assign,      ///< The instruction at `position` of the circuit.
    loop_begin,  ///< If the condition of loop `index` fails, step `target` is next.
    loop_end,    ///< Step `target` is next.
    test,        ///< Makes the test of `condition`, for an instruction that does nothing else.
    nothing,     ///< Went into a later block.
  };
  Kind kind = Kind::test;
  circuit::Condition::Id condition = {};
  std::size_t position = 0;
  std::size_t index = 0;
  std::size_t target = 0;
};

/// A circuit made ready for trajectories.
struct Program {
  std::vector<Step> steps;
  std::vector<Block> blocks;
  std::vector<Choice> choices;
  std::vector<FinalMeasurement> final_measurements;
};

/// Requires that the circuit has no parameters without value. After a stop request the program is incomplete.
[[nodiscard]] Program make_program(circuit::Circuit const& circuit, std::stop_token const& stop);

}  // namespace qhub::sim::trajectories
