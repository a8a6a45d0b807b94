#pragma once

#include <span>
#include <string_view>

#include "qhub/sim/engine.h"

namespace qhub::sim {

/// The names of all engines: auto, statevector, stabilizer, density_matrix, trajectories.
[[nodiscard]] std::span<std::string_view const> engine_names();

/// The engine of that name, nullptr if there is none. Engines live as long as the program.
[[nodiscard]] Engine const* find_engine(std::string_view name);

}  // namespace qhub::sim
