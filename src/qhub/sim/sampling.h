#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/sim/counts.h"
#include "qhub/sim/measurement_fates.h"
#include "qhub/sim/random.h"

namespace qhub::sim {

/// Draws final measurements from the probabilities of all basis states.
/// \param probabilities  of basis state i, in which qubit q has the value of bit q of i; in proportion.
/// \param bits           classical bits from before the final measurements.
/// \return an entry per basis state drawn. Cost: one pass over the probabilities and about two random numbers per shot.
[[nodiscard]] std::vector<Counts::Entry> sample(std::span<double const> probabilities,
                                                std::span<FinalMeasurement const> measurements, Outcome const& bits,
                                                std::uint64_t shots, Random& random, std::stop_token const& stop);

/// Deals counted outcomes out to the shots, for engines whose shots are exchangeable: all orders are equally likely.
/// \return for each shot the position of its outcome in counts.entries; incomplete after a stop request.
[[nodiscard]] std::vector<std::uint32_t> deal_out(Counts const& counts, Random& random, std::stop_token const& stop);

}  // namespace qhub::sim
