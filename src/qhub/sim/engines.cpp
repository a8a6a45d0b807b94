#include "qhub/sim/engines.h"

#include <algorithm>
#include <array>

#include "qhub/sim/auto/engine.h"
#include "qhub/sim/density_matrix/engine.h"
#include "qhub/sim/stabilizer/engine.h"
#include "qhub/sim/statevector/engine.h"
#include "qhub/sim/trajectories/engine.h"

namespace qhub::sim {
namespace {

constexpr std::array<std::string_view, 5> names{"auto", "statevector", "stabilizer", "density_matrix", "trajectories"};

}  // namespace

std::span<std::string_view const> engine_names() {
  return names;
}

Engine const* find_engine(std::string_view name) {
  static automatic::AutoEngine const automatic;
  static statevector::StatevectorEngine const statevector;
  static stabilizer::StabilizerEngine const stabilizer;
  static density_matrix::DensityMatrixEngine const density_matrix;
  static trajectories::TrajectoriesEngine const trajectories;
  static std::array<Engine const*, names.size()> const engines{&automatic, &statevector, &stabilizer, &density_matrix,
                                                               &trajectories};
  auto const found = std::ranges::find(engines, name, &Engine::name);
  return found == engines.end() ? nullptr : *found;
}

}  // namespace qhub::sim
