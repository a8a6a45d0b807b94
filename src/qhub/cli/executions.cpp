#include "qhub/cli/executions.h"

#include <boost/json.hpp>

#include "qhub/cli/exit_code.h"
#include "qhub/cli/remote.h"

namespace qhub::cli {

platform::ServiceExecutionsClient executions_client(Arguments const& arguments) {
  return platform::ServiceExecutionsClient(platform_api(arguments));
}

bool is_final_execution(std::string_view status) {
  return status == "SUCCEEDED" || status == "FAILED" || status == "CANCELLED";
}

void LogFollower::show(void (*put)(std::string_view line)) {
  auto const logs = client_.get_service_execution_logs(id_);
  if (!logs) return;
  Json const* const content = logs->extras.if_contains("content");
  if (!content || !content->is_array()) return;
  auto const& entries = content->get_array();
  for (; shown_ < entries.size(); ++shown_) {
    JsonObject const* const entry = entries[shown_].if_object();
    Json const* const message = entry ? entry->if_contains("message") : nullptr;
    if (message && message->is_string()) put(printable(std::string_view(message->get_string())));
  }
}

}  // namespace qhub::cli
