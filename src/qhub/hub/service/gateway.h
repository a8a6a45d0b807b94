#pragma once

#include <string>

#include "qhub/hub/service/service_host.h"
#include "qhub/hub/store/store.h"
#include "qhub/service/service_api_handlers.h"

namespace qhub::hub {

/// Answers the service API below /gateway/{context}/{service}/{version}. Who calls is an application with a subscription,
/// or somebody with a role in the service, who tries it out. Each sees the executions of their own tenant.
class Gateway : public service::ServiceApiHandlers {
 public:
  Gateway(Store& store, ServiceHost& host) : store_(store), host_(host) {}

  asio::awaitable<Result<std::vector<service::ServiceExecution>>> get_service_executions(Call& call) override;
  asio::awaitable<Result<service::ServiceExecution>> start_execution(Call& call,
                                                                     service::StartExecutionRequest request) override;
  asio::awaitable<Result<service::ServiceExecution>> get_status(Call& call, std::string id) override;
  asio::awaitable<Result<service::ResultResponse>> get_result(Call& call, std::string id) override;
  asio::awaitable<Result<Response>> get_result_file(Call& call, std::string id, std::string file) override;
  asio::awaitable<Result<std::optional<std::vector<service::LogEntry>>>> get_logs(Call& call, std::string id) override;
  asio::awaitable<Result<void>> cancel_execution(Call& call, std::string id) override;

  /// The service that the path names. Errors: unauthenticated, not_found, forbidden without a subscription.
  virtual Result<ServiceRow> service_of(Connection& connection, Call const& call) const;

 private:
  Result<ExecutionRow> execution_of(Call const& call, std::string const& id);

  Store& store_;
  ServiceHost& host_;
};

}  // namespace qhub::hub
