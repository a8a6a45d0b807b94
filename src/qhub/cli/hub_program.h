#pragma once

#include <string>

namespace qhub::cli {

/// The qhubd that came with this program, else the one that the shell would find.
[[nodiscard]] std::string hub_program();

}  // namespace qhub::cli
