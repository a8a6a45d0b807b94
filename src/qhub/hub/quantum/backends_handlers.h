#pragma once

#include <string>
#include <vector>

#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/run/runner.h"
#include "qhub/quantum/backends_handlers.h"

namespace qhub::hub {

/// Answers the namespace `backends` from the catalogue.
class BackendsHandlers : public quantum::BackendsHandlers {
 public:
  BackendsHandlers(Catalogue const& catalogue, Runner& runner) : catalogue_(catalogue), runner_(runner) {}

  asio::awaitable<Result<std::vector<quantum::Backend>>> get_backends(Call& call,
                                                                      quantum::GetBackendsRequest request) override;
  asio::awaitable<Result<quantum::Backend>> get_backend(Call& call, std::string id) override;
  asio::awaitable<Result<quantum::BackendStateInfo>> get_backend_status(Call& call, std::string id) override;
  asio::awaitable<Result<Json>> get_backend_config(Call& call, std::string id) override;
  asio::awaitable<Result<std::optional<quantum::CalibrationResponse>>> get_backend_calibration(
      Call& call, std::string id, quantum::GetBackendCalibrationRequest request) override;
  asio::awaitable<Result<quantum::PageResponseCalibrationResponse>> get_backend_calibration_history(
      Call& call, std::string id, quantum::GetBackendCalibrationHistoryRequest request) override;
  asio::awaitable<Result<quantum::Backend>> get_least_busy_backend(
      Call& call, quantum::GetLeastBusyBackendRequest request) override;

 private:
  Result<BackendDescription const*> find(std::string const& id) const;
  /// The API's document; queue and availability only for callers with a token.
  Result<quantum::Backend> describe(BackendDescription const& backend, Principal const& principal);

  Catalogue const& catalogue_;
  Runner& runner_;
};

}  // namespace qhub::hub
