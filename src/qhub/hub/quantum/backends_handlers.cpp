#include "qhub/hub/quantum/backends_handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "qhub/hub/quantum/paging.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

std::string normalized_provider(std::string text) {
  boost::algorithm::to_upper(text);
  std::ranges::replace(text, '-', '_');
  return text;
}

/// Whether the backend's documentation names the vendor's own SDK.
bool is_known_to_sdk(BackendDescription const& backend) {
  Result<quantum::Backend> const document = api::decode<quantum::Backend>(Json(backend.document));
  if (!document || !document->documentation || !document->documentation->sdks) return false;
  return std::ranges::any_of(*document->documentation->sdks, [](quantum::BackendSdk const& sdk) {
    return sdk.type && *sdk.type == quantum::BackendSdkType::QHUB;
  });
}

Result<Timestamp::Time> read_time(std::string_view parameter, Timestamp const& timestamp) {
  auto const time = timestamp.time();
  if (time) return *time;
  return Error{.kind = ErrorKind::invalid_argument,
               .message = fmt::format("{} is not a time: {}", parameter, time.error().message),
               .details = {{std::string(parameter), "must be a time such as 2026-01-02T03:04:05Z"}}};
}

/// What was once is for accounts that pay for it, as on the vendor's hub.
Result<void> may_see_past(Call const& call) {
  if (call.principal.account_type == "PROFESSIONAL") return {};
  return Error{.kind = ErrorKind::forbidden,
               .message = "calibrations of the past are for accounts of type PROFESSIONAL",
               .details = {}};
}

}  // namespace

Result<BackendDescription const*> BackendsHandlers::find(std::string const& id) const {
  if (BackendDescription const* backend = catalogue_.find(id)) return backend;
  return Error{.kind = ErrorKind::not_found,
               .message = "there is no backend " + id + "; GET /quantum/backends lists them",
               .details = {}};
}

Result<quantum::Backend> BackendsHandlers::describe(BackendDescription const& backend, Principal const& principal) {
  Result<quantum::Backend> document = api::decode<quantum::Backend>(Json(backend.document));
  if (!document || principal.anonymous()) return document;
  document->status = quantum::BackendStatus(backend.status);
  document->queue_size = runner_.waiting(backend.id);
  document->availability.emplace();
  document->costs.emplace();
  return document;
}

asio::awaitable<Result<std::vector<quantum::Backend>>> BackendsHandlers::get_backends(
    Call& call, quantum::GetBackendsRequest request) {
  std::vector<quantum::Backend> backends;
  for (BackendDescription const& backend : catalogue_.all()) {
    if (request.provider && normalized_provider(*request.provider) != backend.provider) continue;
    if (request.only_planqk_sdk.value_or(false) && !is_known_to_sdk(backend)) continue;
    Result<quantum::Backend> document = describe(backend, call.principal);
    if (!document) co_return std::move(document).error();
    backends.push_back(std::move(*document));
  }
  co_return backends;
}

asio::awaitable<Result<quantum::Backend>> BackendsHandlers::get_backend(Call& call, std::string id) {
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  co_return describe(**backend, call.principal);
}

asio::awaitable<Result<quantum::BackendStateInfo>> BackendsHandlers::get_backend_status(Call&, std::string id) {
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  quantum::BackendStateInfo state;
  state.status = quantum::BackendStatus((*backend)->status);
  state.queue_size = runner_.waiting(id);
  state.queue_avg_time = std::chrono::round<std::chrono::seconds>(runner_.mean_wait(id)).count();
  co_return state;
}

asio::awaitable<Result<Json>> BackendsHandlers::get_backend_config(Call&, std::string id) {
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  if ((*backend)->config) co_return Json(*(*backend)->config);
  co_return Error{.kind = ErrorKind::not_found,
                  .message = "backend " + id +
                             " has no configuration document of its vendor; its `configuration` tells what it can",
                  .details = {}};
}

asio::awaitable<Result<std::optional<quantum::CalibrationResponse>>> BackendsHandlers::get_backend_calibration(
    Call& call, std::string id, quantum::GetBackendCalibrationRequest request) {
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  if (request.effective_at) {
    if (Result<void> const allowed = may_see_past(call); !allowed) co_return allowed.error();
    if (auto const time = read_time("effectiveAt", *request.effective_at); !time) co_return time.error();
  }
  co_return std::optional<quantum::CalibrationResponse>();  // Nothing in a simulator drifts.
}

asio::awaitable<Result<quantum::PageResponseCalibrationResponse>> BackendsHandlers::get_backend_calibration_history(
    Call& call, std::string id, quantum::GetBackendCalibrationHistoryRequest request) {
  static constexpr std::array<std::string_view, 1> columns{"calibratedAt"};
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  if (Result<void> const allowed = may_see_past(call); !allowed) co_return allowed.error();
  auto const from = read_time("from", request.from);
  if (!from) co_return from.error();
  auto const to = read_time("to", request.to);
  if (!to) co_return to.error();
  if (*to < *from)
    co_return Error{.kind = ErrorKind::invalid_argument,
                    .message = "the range ends before it begins",
                    .details = {{"to", "must not be before `from`"}}};
  if (auto const order = read_order(request.sort, columns); !order) co_return order.error();
  Result<Paging> const paging = read_paging(request.page, request.size);
  if (!paging) co_return paging.error();
  quantum::PageResponseCalibrationResponse page;
  page.content.emplace();
  fill_page(page, *paging, 0);
  co_return page;
}

asio::awaitable<Result<quantum::Backend>> BackendsHandlers::get_least_busy_backend(
    Call& call, quantum::GetLeastBusyBackendRequest request) {
  if (normalized_provider(request.provider) != "IBM")
    co_return Error{.kind = ErrorKind::invalid_argument,
                    .message = "the least busy backend is told for provider IBM only",
                    .details = {{"provider", "must be IBM"}}};
  auto const qubits = static_cast<std::uint64_t>(std::max<std::int64_t>(request.min_qubits.value_or(0), 0));
  BackendDescription const* least_busy = nullptr;
  for (BackendDescription const& backend : catalogue_.all())
    if (backend.provider == "IBM" && backend.status == "ONLINE" && backend.qubit_count >= qubits &&
        (!least_busy || runner_.waiting(backend.id) < runner_.waiting(least_busy->id)))
      least_busy = &backend;
  if (least_busy) co_return describe(*least_busy, call.principal);
  co_return Error{.kind = ErrorKind::not_found,
                  .message = fmt::format("this hub has no backend of provider IBM with {} qubits or more", qubits),
                  .details = {}};
}

}  // namespace qhub::hub
