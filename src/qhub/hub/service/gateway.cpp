#include "qhub/hub/service/gateway.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>

#include "qhub/hub/service/kinds.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/service/applications.h"
#include "qhub/hub/service/documents.h"
#include "qhub/hub/service/log_file.h"
#include "qhub/hub/store/clock.h"
#include "qhub/service/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::size_t max_log_entries = 100'000;

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

/// The address of the execution that the request is about, as links give it.
std::string address_of(Call const& call, std::string const& id) {
  std::string const path = call.request.target.substr(0, call.request.target.find('?'));
  return path.substr(0, path.find("/" + id) + 1 + id.size());
}

/// Whether the service was shared with the caller: that it is public is no right to call it without a subscription.
bool has_role(Transaction& tx, std::string const& service_id) {
  auto const service = find(tx, kinds::service, service_id);
  return service && find_grant_to(tx, *service, tx.caller.tenant_id).has_value();
}

}  // namespace

Result<ServiceRow> Gateway::service_of(Connection& connection, Call const& call) const {
  Principal const& caller = call.principal;
  if (caller.anonymous())
    return failure(ErrorKind::unauthenticated,
                   "this needs a bearer token: POST /token gives one for an application's access key");
  auto const& path = call.request.path_parameters;
  auto service = find_service_by_address(connection, path[0], path[1], path[2]);
  auto const missing =
      failure(ErrorKind::not_found, fmt::format("there is no service /{}/{}/{}", path[0], path[1], path[2]));
  if (!service) return missing;
  if (caller.application_id) {
    if (is_subscribed(connection, *caller.application_id, service->id)) return std::move(*service);
    if (service->lifecycle == "CREATED") return missing;
    return failure(ErrorKind::forbidden, fmt::format("the application has no subscription to '{}'", service->name));
  }
  Transaction tx{connection, caller, now_us(), std::nullopt};
  if (caller.tenant_id != service->tenant_id && !has_role(tx, service->id)) {
    if (service->lifecycle == "CREATED") return missing;
    return failure(ErrorKind::forbidden,
                   fmt::format("'{}' is called with the token of an application that is subscribed to it", service->name));
  }
  return std::move(*service);
}

Result<ExecutionRow> Gateway::execution_of(Call const& call, std::string const& id) {
  return store_.read([&](Connection& connection) -> Result<ExecutionRow> {
    Result<ServiceRow> const service = service_of(connection, call);
    if (!service) return service.error();
    auto execution = find_execution(connection, id);
    bool const visible = execution && execution->service_id == service->id &&
                         execution->tenant_id == call.principal.tenant_id &&
                         (!call.principal.application_id || execution->application_id == call.principal.application_id);
    if (!visible) return failure(ErrorKind::not_found, "there is no execution " + id);
    return std::move(*execution);
  });
}

asio::awaitable<Result<std::vector<service::ServiceExecution>>> Gateway::get_service_executions(Call& call) {
  auto const found = store_.read([&](Connection& connection) -> Result<ExecutionPage> {
    Result<ServiceRow> const service = service_of(connection, call);
    if (!service) return service.error();
    return search_executions(connection, {.tenant_id = call.principal.tenant_id,
                                          .service_id = service->id,
                                          .application_id = call.principal.application_id});
  });
  if (!found) co_return found.error();
  std::vector<service::ServiceExecution> executions;
  executions.reserve(found->executions.size());
  for (ExecutionRow const& row : found->executions) executions.push_back(to_service_execution(row));
  co_return executions;
}

asio::awaitable<Result<service::ServiceExecution>> Gateway::start_execution(Call& call,
                                                                            service::StartExecutionRequest request) {
  Result<ServiceRow> const service =
      store_.read([&](Connection& connection) { return service_of(connection, call); });
  if (!service) co_return service.error();
  if (!request.request.is_object())
    co_return Error{ErrorKind::unsupported, "the body must be a JSON object of parameters", {{"body", "must be an object"}}};
  ServiceHost::Submission submission{.principal = call.principal,
                                     .service = *service,
                                     .parent_token = {},
                                     .body = std::move(request.request.get_object())};
  if (auto const parent = call.request.headers.find("X-Parent-Execution-Token")) submission.parent_token = *parent;
  Result<ExecutionRow> const row = co_await host_.submit(std::move(submission));
  if (!row) co_return row.error();
  std::string base = call.request.target.substr(0, call.request.target.find('?'));
  if (base.ends_with('/')) base.pop_back();
  call.location = base + "/" + row->id;
  co_return to_service_execution(*row);
}

asio::awaitable<Result<service::ServiceExecution>> Gateway::get_status(Call& call, std::string id) {
  Result<ExecutionRow> const row = execution_of(call, id);
  if (!row) co_return row.error();
  co_return to_service_execution(*row);
}

asio::awaitable<Result<service::ResultResponse>> Gateway::get_result(Call& call, std::string id) {
  Result<ExecutionRow> const row = execution_of(call, id);
  if (!row) co_return row.error();
  co_return to_result(*row, host_.files(), address_of(call, row->id), "result");
}

asio::awaitable<Result<Response>> Gateway::get_result_file(Call& call, std::string id, std::string file) {
  Result<ExecutionRow> const row = execution_of(call, id);
  if (!row) co_return row.error();
  co_return result_file(call.request, *row, host_.files(), file);
}

asio::awaitable<Result<std::optional<std::vector<service::LogEntry>>>> Gateway::get_logs(Call& call, std::string id) {
  Result<ExecutionRow> const row = execution_of(call, id);
  if (!row) co_return row.error();
  std::vector<service::LogEntry> entries;
  for (std::string const& line : read_log(host_.files().log(row->id), max_log_entries))
    if (auto entry = api::decode_text<service::LogEntry>(line)) entries.push_back(std::move(*entry));
  if (entries.empty()) co_return std::optional<std::vector<service::LogEntry>>();
  co_return std::optional(std::move(entries));
}

asio::awaitable<Result<void>> Gateway::cancel_execution(Call& call, std::string id) {
  Result<ExecutionRow> const row = execution_of(call, id);
  if (!row) co_return row.error();
  if (Result<void> const allowed = may_run_services(call.principal); !allowed) co_return allowed.error();
  Result<ExecutionRow> const cancelled = co_await host_.cancel(row->id);
  if (!cancelled) co_return cancelled.error();
  co_return Result<void>();
}

}  // namespace qhub::hub
