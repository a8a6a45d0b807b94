#pragma once

#include <cstdint>
#include <string>

#include "qhub/base/result.h"
#include "qhub/platform/models.h"

namespace qhub::hub {

/// An amount of money in millionths of the currency, which is EUR everywhere in a hub.
using Micros = std::int64_t;
inline constexpr std::string_view currency = "EUR";

/// "12.34": at least two digits behind the point, six if they are needed.
[[nodiscard]] std::string amount_text(Micros amount);
[[nodiscard]] platform::Money to_money(Micros amount);

/// Reads "12.34" or "-1". Errors: invalid_argument naming `field`, also for another currency and beyond 10^12.
[[nodiscard]] Result<Micros> read_amount(std::string_view text, std::string field);
/// The same for an amount that has to be above zero.
[[nodiscard]] Result<Micros> read_money(platform::Money const& money, std::string const& field);

}  // namespace qhub::hub
