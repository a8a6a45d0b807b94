#pragma once

#include <optional>
#include <string>

#include "qhub/hub/platform/usage.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/quantum/sessions.h"
#include "qhub/hub/run/runner.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/hub/store/store.h"
#include "qhub/quantum/jobs_handlers.h"

namespace qhub::hub {

/// Answers the namespace `jobs`. A job of somebody else answers like a missing one. Requests for a job's status or
/// result wait for its end if they prefer that (see wait_preference()).
class JobsHandlers : public quantum::JobsHandlers {
 public:
  /// \param token_jobs_per_day  how many jobs each token may submit; 0: any number.
  JobsHandlers(Catalogue const& catalogue, Prices const& prices, Store& store, Runner& runner, Sessions& sessions,
               std::int64_t token_jobs_per_day)
      : catalogue_(catalogue),
        prices_(prices),
        store_(store),
        runner_(runner),
        sessions_(sessions),
        token_jobs_per_day_(token_jobs_per_day) {}

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

  Result<JobRow> find(Key const& key);
  /// The same once the job has ended, or once the caller does not want to wait any more.
  asio::awaitable<Result<JobRow>> settled(Key key);
  Result<JobInput> input_of(Key const& key);
  /// Errors: not_found, also for a job without result yet; the message tells its status.
  asio::awaitable<Result<FoundOutput>> output_of(Key key, OutputForm form);

  Result<quantum::Job> job(Key const& key);
  asio::awaitable<Result<quantum::JobStatusResponse>> status(Key key);
  asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>> normalized_result(Key key);
  asio::awaitable<Result<Response>> result_stream(Key key);
  Result<Json> input(Key const& key);
  Result<quantum::NormalizedJobInput> normalized_input(Key const& key);
  Result<std::optional<quantum::CalibrationResponse>> calibration(Key const& key);
  asio::awaitable<Result<void>> cancel(Key key);

  Catalogue const& catalogue_;
  Prices const& prices_;
  Store& store_;
  Runner& runner_;
  Sessions& sessions_;
  std::int64_t const token_jobs_per_day_;
};

}  // namespace qhub::hub
