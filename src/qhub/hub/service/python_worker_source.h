#pragma once

#include <string_view>

namespace qhub::hub {

/// The text of python_worker.py, which stands beside this file.
[[nodiscard]] std::string_view python_worker_source();

}  // namespace qhub::hub
