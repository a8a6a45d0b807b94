#include "qhub/sdk/wait_for_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "qhub/sdk/errors.h"

namespace qhub {

using quantum::JobStatus;
using std::chrono::milliseconds;

bool is_final(JobStatus const& status) {
  return status == JobStatus::COMPLETED || status == JobStatus::FAILED || status == JobStatus::CANCELLED ||
         status == JobStatus::ABORTED || status == JobStatus::DETACHED;
}

JobStatus wait_for_job(quantum::JobsClient const& jobs, std::string_view id, WaitOptions const& options) {
  auto const started = std::chrono::steady_clock::now();
  milliseconds pause = options.first_pause;
  for (;;) {
    JobStatus const status = jobs.get_job_status(id).status.value_or(JobStatus::UNKNOWN);
    auto const waited = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - started);
    if (options.on_progress) options.on_progress(status, waited);
    if (is_final(status)) return status;
    if (options.deadline && waited >= *options.deadline)
      throw TimeoutError(fmt::format("job {} is still {} after {} ms", id, status.text(), waited.count()));
    milliseconds const left = options.deadline ? *options.deadline - waited : pause;
    std::this_thread::sleep_for(std::min(pause, left));
    pause = std::min(pause + pause / 2, options.longest_pause);
  }
}

}  // namespace qhub
