#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "qhub/sim/statevector/plan.h"
#include "qhub/sim/statevector/state.h"
#include "qhub/sim/team.h"

namespace qhub::sim::statevector {

/// Carries out passes. Each thread copies one chunk at a time out of the state, applies all steps to it and writes it
/// back, so a pass moves every amplitude once from and to memory, however many gates it applies.
template <class Real>
class Executor {
 public:
  /// \param plan     must outlive the executor.
  /// \param repeats  passes may be carried out more than once: what they need is made once then.
  Executor(Plan const& plan, Shape const& shape, bool repeats, Team& team);
  ~Executor();

  /// \param advance  called now and then, on the calling thread, with the share of this pass that is done.
  /// After a stop request the state is unspecified.
  void run(std::uint32_t pass, State<Real>& state, std::function<void(double)> const& advance);

  /// What an executor allocates, at most, with so many threads.
  [[nodiscard]] static std::uint64_t bytes(Shape const& shape, unsigned threads);

 private:
  struct Rows;
  struct Prepared;
  struct Worker;

  [[nodiscard]] Prepared prepare(Pass const& pass) const;
  [[nodiscard]] Rows prepare_rows(std::span<PhaseTerm const> terms) const;
  void apply(Prepared const& prepared, Real* chunk, std::size_t outer, Worker& worker) const;
  void multiply_rows(Rows const& rows, Real* chunk, std::size_t outer, Worker& worker) const;

  Plan const& plan_;
  Shape const shape_;
  std::vector<std::unique_ptr<Prepared const>> prepared_;  ///< By pass, if they repeat.
  Kernels<Real> const& kernels_;
  Team& team_;
  std::vector<Worker> workers_;
};

}  // namespace qhub::sim::statevector
