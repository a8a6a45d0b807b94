#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "qhub/quantum/jobs_client_async.h"
#include "qhub/sdk/async_argument.h"
#include "qhub/sdk/wait_options.h"

namespace qhub {

/// Asks for the job's status until it is final, and returns that; see the blocking wait_for_job.
boost::asio::awaitable<quantum::JobStatus> wait_for_job(quantum::AsyncJobsClient jobs, std::string id,
                                                        AsyncArgument<WaitOptions> options = {});

}  // namespace qhub
