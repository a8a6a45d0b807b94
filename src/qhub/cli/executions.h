#pragma once

#include <string>

#include "qhub/cli/command.h"
#include "qhub/platform/service_executions_client.h"

/// What commands about executions of services have in common.
namespace qhub::cli {

[[nodiscard]] platform::ServiceExecutionsClient executions_client(Arguments const& arguments);

/// Whether an execution of this status will not change any more.
[[nodiscard]] bool is_final_execution(std::string_view status);

/// Prints the lines of an execution's log that have not been printed yet.
class LogFollower {
 public:
  LogFollower(platform::ServiceExecutionsClient client, std::string id)
      : client_(std::move(client)), id_(std::move(id)) {}

  /// \param put  gets each new line, without a line break.
  void show(void (*put)(std::string_view line));

 private:
  platform::ServiceExecutionsClient client_;
  std::string id_;
  std::size_t shown_ = 0;
};

}  // namespace qhub::cli
