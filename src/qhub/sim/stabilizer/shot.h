#pragma once

#include <stop_token>

#include "qhub/sim/counts.h"
#include "qhub/sim/random.h"
#include "qhub/sim/stabilizer/program.h"
#include "qhub/sim/stabilizer/tableau.h"

namespace qhub::sim::stabilizer {

/// Runs circuits one shot at a time: for those that Pauli frames do not suffice for, because what happens depends on
/// measured bits.
class ShotRunner {
 public:
  /// Runs the gates before anything that may differ between shots, once for all of them.
  ShotRunner(CliffordProgram const& program, std::stop_token const& stop);

  /// One shot. After a stop request it returns soon and the outcome has no meaning.
  [[nodiscard]] Outcome run(Random& random, std::stop_token const& stop) const;

 private:
  CliffordProgram const& program_;
  Tableau start_;
  std::size_t first_ = 0;  ///< Position of the first instruction that each shot does itself.
};

}  // namespace qhub::sim::stabilizer
