#include "qhub/hub/quantum/times.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace qhub::hub {

std::string time_text(std::int64_t microseconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(microseconds / 1'000'000)));
}

}  // namespace qhub::hub
