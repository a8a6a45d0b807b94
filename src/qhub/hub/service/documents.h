#pragma once

#include <cstdint>
#include <string>

#include "qhub/hub/http/message.h"
#include "qhub/hub/service/executions.h"
#include "qhub/hub/service/service_files.h"
#include "qhub/service/models.h"

/// How executions look on the wire.
namespace qhub::hub {

/// "2024-01-02 03:04:05" of microseconds since 1970, UTC.
[[nodiscard]] std::string plain_time(std::int64_t microseconds);

[[nodiscard]] service::ServiceExecution to_service_execution(ExecutionRow const& row);

/// The result of an execution in HAL notation: the members of its `output.json`, or of a problem if it failed without
/// one, and a link for each file. Before the end there are only links.
/// \param address  of the execution, e.g. "/gateway/ada/solver/v1/ID"; files are below its `results`.
/// \param results  "result", or "results" as the platform API has it.
[[nodiscard]] service::ResultResponse to_result(ExecutionRow const& row, ServiceFiles const& files,
                                                std::string const& address, std::string const& results);

/// One result file of an execution that has ended. Errors: not_found, also before the end.
[[nodiscard]] Result<Response> result_file(Request const& request, ExecutionRow const& row, ServiceFiles const& files,
                                           std::string const& file);

}  // namespace qhub::hub
