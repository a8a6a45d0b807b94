#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "qhub/sim/classical_state.h"
#include "qhub/sim/engine.h"
#include "qhub/sim/random.h"
#include "qhub/sim/trajectories/program.h"
#include "qhub/sim/trajectories/state.h"

namespace qhub::sim::trajectories {

/// What shots add up to, beside their outcomes.
struct Sums {
  std::vector<double> values, squares;             ///< Of each expectation value wanted.
  std::vector<std::vector<double>> probabilities;  ///< As in RunResult, times the number of shots.
};

/// Runs some shots of a program from the beginning to the end.
template <class Real>
class Group {
 public:
  /// \param outcomes  words_per_shot words for each shot, zeros, laid out like Outcome::words().
  /// \param first     number of the first shot, of which its random numbers depend.
  Group(circuit::Circuit const& circuit, Program const& program, RunOptions const& options, std::uint64_t seed,
        std::uint64_t first, std::uint32_t shots, std::span<std::uint64_t> outcomes, Team& team);

  /// False if the system refuses memory. After a stop request it returns soon.
  bool run();

  [[nodiscard]] Sums const& sums() const { return sums_; }
  [[nodiscard]] std::size_t peak_states() const { return peak_states_; }

 private:
  /// A shot for which something else than a choice's alternative 0 is possible.
  struct Candidate {
    std::uint32_t element;  ///< Of the block.
    std::uint32_t shot;
    double uniform;  ///< Below the choice's bound.
  };
  /// The shots of a node that take one alternative.
  struct Part {
    std::uint32_t alternative;
    std::vector<std::uint32_t> shots;
  };
  /// Shots that have the same state and the same classical bits.
  struct Node {
    State<Real> state;
    std::vector<std::uint32_t> shots;  ///< Ascending.
    ClassicalState classical;
    std::size_t step = 0;

    // Within a block:
    bool in_block = false;
    std::size_t element = 0;            ///< Next one.
    std::vector<Candidate> candidates;  ///< Of elements from there on, in their order.
    std::vector<Part> parts;            ///< If not empty, the node falls into these at this element.
    Matrix waiting;                     ///< Product of elements done but not yet applied.
    bool is_waiting = false;

    unsigned drift = 0;  ///< Since the state was normalised.
  };

  [[nodiscard]] bool evolve(Node& node);
  [[nodiscard]] bool run_block(Node& node, Block const& block);
  void draw(Node& node, Block const& block);
  void choose(Node& node, Block const& block);
  [[nodiscard]] bool part(Node& node, Block const& block);
  void apply_waiting(Node& node, Block const& block);
  void finish(Node const& node);

  circuit::Circuit const& circuit_;
  Program const& program_;
  RunOptions const& options_;
  std::span<std::uint64_t> outcomes_;
  Team& team_;
  std::vector<Random> random_;  ///< Of each shot.
  std::vector<Node> nodes_;     ///< Yet to be continued, the last one first.
  Sums sums_;
  std::size_t peak_states_ = 1;
};

extern template class Group<float>;
extern template class Group<double>;

}  // namespace qhub::sim::trajectories
