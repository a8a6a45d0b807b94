#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/sim/classical_state.h"
#include "qhub/sim/random.h"
#include "qhub/sim/stabilizer/program.h"
#include "qhub/sim/stabilizer/tableau.h"

namespace qhub::sim::stabilizer {

/// The gates before anything that may differ between shots, done once for all of them.
struct CommonStart {
  CommonStart(CliffordProgram const& program, std::stop_token const& stop);

  Tableau state;
  std::size_t next = 0;  ///< Position of the first instruction that each shot does itself.
};

/// Runs circuits one shot at a time: for those that Pauli frames do not suffice for, because what happens depends on
/// measured bits. One for each thread.
class ShotRunner {
 public:
  /// Both must outlive the runner.
  ShotRunner(CliffordProgram const& program, CommonStart const& start);

  /// Runs one shot.
  /// \param outcome  zeros, laid out like Outcome::words(). After a stop request the call returns soon and what was
  ///                 written has no meaning.
  void run(Random& random, std::stop_token const& stop, std::span<std::uint64_t> outcome);

 private:
  void perform(std::size_t position, circuit::Instruction const& instruction, Random& random);

  CliffordProgram const& program_;
  circuit::Circuit const& circuit_;
  CommonStart const& start_;
  Tableau state_;
  ClassicalState classical_;
  std::vector<circuit::Qubit> operands_;
};

}  // namespace qhub::sim::stabilizer
