#include "qhub/sdk/internal/wait_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "qhub/sdk/errors.h"

namespace qhub {

using quantum::JobStatus;
using std::chrono::milliseconds;

bool is_final(JobStatus const& status) {
  return status == JobStatus::COMPLETED || status == JobStatus::FAILED || status == JobStatus::CANCELLED ||
         status == JobStatus::ABORTED || status == JobStatus::DETACHED;
}

namespace sdk {

WaitPlan::WaitPlan(std::string id, WaitOptions options, Time start)
    : id_(std::move(id)), options_(std::move(options)), start_(start), pause_(options_.first_pause) {}

RequestOptions WaitPlan::request_options(Time now) const {
  RequestOptions request{.stop = options_.stop};
  auto wait = options_.long_poll;
  if (options_.deadline) {
    milliseconds const left = *options_.deadline - std::chrono::duration_cast<milliseconds>(now - start_);
    request.deadline = std::max(left, milliseconds(1));
    wait = std::min(wait, std::chrono::floor<std::chrono::seconds>(left));
  }
  if (wait.count() > 0) request.headers.add("Prefer", fmt::format("wait={}", wait.count()));
  return request;
}

std::optional<milliseconds> WaitPlan::after(JobStatus const& status, Headers const& headers, Time now, double jitter) {
  auto const waited = std::chrono::duration_cast<milliseconds>(now - start_);
  if (options_.on_progress) options_.on_progress(status, waited);
  if (is_final(status)) return std::nullopt;
  if (options_.deadline && waited >= *options_.deadline)
    throw TimeoutError(fmt::format("job {} is still {} after {} ms", id_, status.text(), waited.count()));
  bool const server_waits = headers.find("preference-applied").value_or("").find("wait") != std::string_view::npos;
  if (server_waits && waited - std::exchange(last_look_, waited) >= pause_) return milliseconds(0);
  milliseconds pause = pause_ + milliseconds(static_cast<std::int64_t>(static_cast<double>(pause_.count()) *
                                                                       options_.jitter * jitter));
  if (options_.deadline) pause = std::min(pause, *options_.deadline - waited);
  pause_ = std::min(pause_ + pause_ / 2, options_.longest_pause);
  return pause;
}

}  // namespace sdk
}  // namespace qhub
