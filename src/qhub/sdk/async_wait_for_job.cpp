#include "qhub/sdk/async_wait_for_job.h"

#include "qhub/sdk/internal/async_sleep.h"
#include "qhub/sdk/internal/exchange.h"
#include "qhub/sdk/internal/wait_plan.h"

namespace qhub {

using quantum::JobStatus;

namespace {

boost::asio::awaitable<JobStatus> wait_with(quantum::AsyncJobsClient jobs, std::string id, WaitOptions options) {
  sdk::WaitPlan plan(id, options, std::chrono::steady_clock::now());
  for (;;) {
    RequestOptions const look = plan.request_options(std::chrono::steady_clock::now());
    auto const answer = co_await jobs.with_raw_response().get_job_status(id, look);
    JobStatus const status = answer.data.status.value_or(JobStatus::UNKNOWN);
    auto const now = sdk::Exchange::Moment::now();
    auto const pause = plan.after(status, answer.headers, now.time, now.jitter);
    if (!pause) co_return status;
    co_await sdk::async_sleep(*pause, options.stop);
  }
}

}  // namespace

boost::asio::awaitable<JobStatus> wait_for_job(quantum::AsyncJobsClient jobs, std::string id,
                                               AsyncArgument<WaitOptions> options) {
  return wait_with(std::move(jobs), std::move(id), options);
}

}  // namespace qhub
