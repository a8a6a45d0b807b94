#include "qhub/hub/quantum/backends_handlers.h"

#include <algorithm>
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
  document->status = quantum::BackendStatus::ONLINE;
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
  state.status = quantum::BackendStatus::ONLINE;
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
    Call&, std::string id, quantum::GetBackendCalibrationRequest) {
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  co_return std::optional<quantum::CalibrationResponse>();  // Nothing in a simulator drifts.
}

asio::awaitable<Result<quantum::PageResponseCalibrationResponse>> BackendsHandlers::get_backend_calibration_history(
    Call&, std::string id, quantum::GetBackendCalibrationHistoryRequest request) {
  auto const backend = find(id);
  if (!backend) co_return backend.error();
  Result<Paging> const paging = read_paging(request.page, request.size);
  if (!paging) co_return paging.error();
  quantum::PageResponseCalibrationResponse page;
  page.content.emplace();
  fill_page(page, *paging, 0);
  co_return page;
}

asio::awaitable<Result<quantum::Backend>> BackendsHandlers::get_least_busy_backend(
    Call&, quantum::GetLeastBusyBackendRequest request) {
  if (normalized_provider(request.provider) != "IBM")
    co_return Error{.kind = ErrorKind::invalid_argument,
                    .message = "the least busy backend is told for provider IBM only",
                    .details = {{"provider", "must be IBM"}}};
  co_return Error{.kind = ErrorKind::not_found, .message = "this hub has no backend of provider IBM", .details = {}};
}

}  // namespace qhub::hub
