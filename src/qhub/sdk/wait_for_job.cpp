#include "qhub/sdk/wait_for_job.h"

#include "qhub/sdk/internal/exchange.h"
#include "qhub/sdk/internal/sleep.h"
#include "qhub/sdk/internal/wait_plan.h"

namespace qhub {

using quantum::JobStatus;

JobStatus wait_for_job(quantum::JobsClient const& jobs, std::string_view id, WaitOptions const& options) {
  sdk::WaitPlan plan(std::string(id), options, std::chrono::steady_clock::now());
  for (;;) {
    auto const answer =
        jobs.with_raw_response().get_job_status(id, plan.request_options(std::chrono::steady_clock::now()));
    JobStatus const status = answer.data.status.value_or(JobStatus::UNKNOWN);
    auto const now = sdk::Exchange::Moment::now();
    auto const pause = plan.after(status, answer.headers, now.time, now.jitter);
    if (!pause) return status;
    sdk::sleep(*pause, options.stop);
  }
}

}  // namespace qhub
