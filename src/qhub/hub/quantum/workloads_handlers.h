#pragma once

#include "qhub/hub/http/router.h"
#include "qhub/hub/store/store.h"
#include "qhub/hub/store/workloads.h"
#include "qhub/quantum/runtime_minutes_handlers.h"
#include "qhub/quantum/workloads_handlers.h"

namespace qhub::hub {

/// The page of workloads that a search finds, as a document.
[[nodiscard]] quantum::PageResponseWorkloadResponse find_workloads(Store& store, WorkloadSearch const& search);

/// Answers the namespace `workloads`.
class WorkloadsHandlers : public quantum::WorkloadsHandlers {
 public:
  explicit WorkloadsHandlers(Store& store) : store_(store) {}

  asio::awaitable<Result<quantum::PageResponseWorkloadResponse>> get_workloads(
      Call& call, quantum::GetWorkloadsRequest request) override;

 private:
  Store& store_;
};

/// Answers the namespace `runtime_minutes`: nothing is metered here, so nobody has an allowance.
class RuntimeMinutesHandlers : public quantum::RuntimeMinutesHandlers {
 public:
  asio::awaitable<Result<quantum::RuntimeMinutesResponse>> get_runtime_minutes(Call& call) override;
};

}  // namespace qhub::hub
