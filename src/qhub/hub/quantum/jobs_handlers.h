#pragma once

#include <functional>
#include <optional>
#include <string>

#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/run/runner.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/hub/store/store.h"
#include "qhub/quantum/jobs_handlers.h"

namespace qhub::hub {

/// Answers the namespace `jobs`. A job of somebody else answers like a missing one.
class JobsHandlers : public quantum::JobsHandlers {
 public:
  JobsHandlers(Catalogue const& catalogue, Store& store, Runner& runner)
      : catalogue_(catalogue), store_(store), runner_(runner) {}

  asio::awaitable<Result<quantum::PageResponseJob>> search_jobs(Call& call,
                                                                quantum::SearchJobsRequest request) override;
  asio::awaitable<Result<quantum::Job>> create_job(Call& call, quantum::CreateJobRequest request) override;
  asio::awaitable<Result<quantum::Job>> get_job(Call& call, std::string id) override;
  asio::awaitable<Result<void>> cancel_job(Call& call, std::string id) override;
  asio::awaitable<Result<quantum::JobStatusResponse>> get_job_status(Call& call, std::string id) override;
  asio::awaitable<Result<Json>> get_job_result(Call& call, std::string id) override;
  asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>> get_normalized_job_result(
      Call& call, std::string id) override;
  asio::awaitable<Result<std::optional<quantum::NormalizedMemoryResult>>> get_normalized_job_memory(
      Call& call, std::string id) override;
  asio::awaitable<Result<Response>> get_job_result_stream(Call& call, std::string id) override;
  asio::awaitable<Result<Json>> get_job_input(Call& call, std::string id) override;
  asio::awaitable<Result<quantum::NormalizedJobInput>> get_normalized_job_input(Call& call, std::string id) override;
  asio::awaitable<Result<std::optional<quantum::CalibrationResponse>>> get_job_calibration(Call& call,
                                                                                           std::string id) override;

  asio::awaitable<Result<quantum::PageResponseWorkloadResponse>> get_service_execution_workloads(
      Call& call, std::string service_execution_id, quantum::GetServiceExecutionWorkloadsRequest request) override;
  asio::awaitable<Result<quantum::Job>> get_service_execution_job(Call& call, std::string service_execution_id,
                                                                  std::string job_id) override;
  asio::awaitable<Result<void>> cancel_service_execution_job(Call& call, std::string service_execution_id,
                                                             std::string job_id) override;
  asio::awaitable<Result<quantum::JobStatusResponse>> get_service_execution_job_status(Call& call,
                                                                                       std::string service_execution_id,
                                                                                       std::string job_id) override;
  asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>> get_service_execution_normalized_job_result(
      Call& call, std::string service_execution_id, std::string job_id) override;
  asio::awaitable<Result<Response>> get_service_execution_job_result_stream(Call& call,
                                                                            std::string service_execution_id,
                                                                            std::string job_id) override;
  asio::awaitable<Result<Json>> get_service_execution_job_input(Call& call, std::string service_execution_id,
                                                                std::string job_id) override;
  asio::awaitable<Result<quantum::NormalizedJobInput>> get_service_execution_normalized_job_input(
      Call& call, std::string service_execution_id, std::string job_id) override;
  asio::awaitable<Result<std::optional<quantum::CalibrationResponse>>> get_service_execution_job_calibration(
      Call& call, std::string service_execution_id, std::string job_id) override;

  asio::awaitable<Result<quantum::Session>> get_service_execution_session(Call& call, std::string service_execution_id,
                                                                          std::string session_id) override;
  asio::awaitable<Result<void>> close_service_execution_session(Call& call, std::string service_execution_id,
                                                                std::string session_id) override;
  asio::awaitable<Result<quantum::Session>> update_service_execution_session_state(
      Call& call, std::string service_execution_id, std::string session_id,
      quantum::UpdateServiceExecutionSessionStateRequest request) override;
  asio::awaitable<Result<quantum::SessionStatusResponse>> get_service_execution_session_status(
      Call& call, std::string service_execution_id, std::string session_id) override;
  asio::awaitable<Result<quantum::PageResponseJob>> get_service_execution_session_jobs(Call& call,
                                                                                       std::string service_execution_id,
                                                                                       std::string session_id) override;

 private:
  /// Which job a path names, for the caller.
  struct Key {
    Call& call;
    std::string job_id;
    std::optional<std::string> service_execution_id = {};
  };
  struct Finished {
    JobRow job;
    JobOutput output;
  };

  Result<JobRow> find(Key const& key);
  Result<JobInput> input_of(Key const& key);
  /// Errors: not_found, also for a job without result yet; the message tells its status.
  Result<Finished> output_of(Key const& key);

  Result<quantum::Job> job(Key const& key);
  Result<quantum::JobStatusResponse> status(Key const& key);
  Result<std::optional<quantum::NormalizedJobResult>> normalized_result(Key const& key);
  Result<Response> result_stream(Key const& key);
  Result<Json> input(Key const& key);
  Result<quantum::NormalizedJobInput> normalized_input(Key const& key);
  Result<std::optional<quantum::CalibrationResponse>> calibration(Key const& key);
  asio::awaitable<Result<void>> cancel(Key key);

  Catalogue const& catalogue_;
  Store& store_;
  Runner& runner_;
};

}  // namespace qhub::hub
