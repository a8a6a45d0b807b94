#include "qhub/hub/quantum/jobs_handlers.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>

#include "qhub/hub/quantum/job_documents.h"
#include "qhub/hub/quantum/job_submission.h"
#include "qhub/hub/quantum/paging.h"
#include "qhub/hub/store/clock.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

Error not_found(std::string message) {
  return {.kind = ErrorKind::not_found, .message = std::move(message), .details = {}};
}

}  // namespace

Result<JobRow> JobsHandlers::find(Key const& key) {
  auto row = store_.read([&](Connection& connection) {
    return find_job(connection, {.tenant_id = key.call.principal.tenant_id,
                                 .id = key.job_id,
                                 .service_execution_id = key.service_execution_id});
  });
  if (row) return std::move(*row);
  if (key.service_execution_id)
    return not_found(fmt::format("service execution {} has no job {}", *key.service_execution_id, key.job_id));
  return not_found("there is no job " + key.job_id);
}

Result<JobInput> JobsHandlers::input_of(Key const& key) {
  Result<JobRow> const row = find(key);
  if (!row) return row.error();
  return store_.read([&](Connection& connection) { return read_job_input(connection, row->number); });
}

Result<JobsHandlers::Finished> JobsHandlers::output_of(Key const& key) {
  Result<JobRow> row = find(key);
  if (!row) return std::move(row).error();
  if (!row->is_final()) return not_found(fmt::format("job {} has no result yet: it is {}", row->id, row->status));
  auto output = store_.read([&](Connection& connection) { return read_job_output(connection, row->number); });
  if (!output) return not_found(fmt::format("job {} has no result: it is {}", row->id, row->status));
  return Finished{std::move(*row), std::move(*output)};
}

asio::awaitable<Result<quantum::PageResponseJob>> JobsHandlers::search_jobs(Call& call,
                                                                            quantum::SearchJobsRequest request) {
  Result<Paging> const paging = read_paging(request.page, request.size);
  if (!paging) co_return paging.error();
  auto order = read_job_order(request.sort.value_or(std::vector<std::string>()));
  if (!order) co_return std::move(order).error();
  JobSearch const search{.tenant_id = call.principal.tenant_id,
                         .service_execution_id = request.service_execution_id,
                         .order = std::move(*order),
                         .page = paging->page,
                         .size = paging->size};
  JobPage const found = store_.read([&](Connection& connection) { return hub::search_jobs(connection, search); });
  quantum::PageResponseJob page;
  page.content.emplace();
  for (JobRow const& row : found.jobs) page.content->push_back(to_job(row));
  fill_page(page, *paging, found.total);
  co_return page;
}

asio::awaitable<Result<quantum::Job>> JobsHandlers::create_job(Call& call, quantum::CreateJobRequest request) {
  BackendDescription const* const backend = catalogue_.find(request.backend_id);
  if (!backend) co_return not_found("there is no backend " + request.backend_id + "; GET /quantum/backends lists them");
  Result<Submission> submission = read_submission(call, *backend, request);
  if (!submission) co_return std::move(submission).error();
  auto const insert = [&](Connection& connection) {
    return insert_job(connection, submission->job, submission->input, submission->key);
  };
  Result<JobRow> const stored = co_await store_.write(insert);
  if (!stored) co_return stored.error();
  runner_.wake();
  co_return to_job(*stored);
}

Result<quantum::Job> JobsHandlers::job(Key const& key) {
  Result<JobRow> const row = find(key);
  if (!row) return row.error();
  return to_job(*row);
}

Result<quantum::JobStatusResponse> JobsHandlers::status(Key const& key) {
  Result<JobRow> const row = find(key);
  if (!row) return row.error();
  quantum::JobStatusResponse response;
  response.status = quantum::JobStatus(row->status);
  return response;
}

Result<std::optional<quantum::NormalizedJobResult>> JobsHandlers::normalized_result(Key const& key) {
  Result<Finished> const finished = output_of(key);
  if (!finished) return finished.error();
  if (!finished->output.normalized) return std::optional<quantum::NormalizedJobResult>();
  auto result = api::decode_text<quantum::NormalizedJobResult>(*finished->output.normalized);
  if (!result) return std::move(result).error();
  return std::optional(std::move(*result));
}

Result<Response> JobsHandlers::result_stream(Key const& key) {
  Result<Finished> finished = output_of(key);
  if (!finished) return std::move(finished).error();
  return bytes_response(std::move(finished->output.raw));
}

Result<Json> JobsHandlers::input(Key const& key) {
  Result<JobInput> const stored = input_of(key);
  if (!stored) return stored.error();
  Result<Json> input = api::parse(stored->input);
  // The official clients take an object only.
  if (input && !input->is_object()) return Json(JsonObject{{"qasm", *input}});
  return input;
}

Result<quantum::NormalizedJobInput> JobsHandlers::normalized_input(Key const& key) {
  Result<JobInput> const stored = input_of(key);
  if (!stored) return stored.error();
  return to_normalized_input(*stored);
}

Result<std::optional<quantum::CalibrationResponse>> JobsHandlers::calibration(Key const& key) {
  Result<JobRow> const row = find(key);
  if (!row) return row.error();
  return std::optional<quantum::CalibrationResponse>();  // Simulators have none.
}

asio::awaitable<Result<void>> JobsHandlers::cancel(Key key) {
  auto const write = [&](Connection& connection) {
    return hub::cancel_job(
        connection,
        {.tenant_id = key.call.principal.tenant_id, .id = key.job_id, .service_execution_id = key.service_execution_id},
        now_us());
  };
  Result<JobRow> const row = co_await store_.write(write);
  if (!row) co_return row.error();
  if (row->status == "CANCELLING") runner_.cancel(row->number);
  co_return Result<void>();
}

asio::awaitable<Result<quantum::Job>> JobsHandlers::get_job(Call& call, std::string id) {
  co_return job({call, std::move(id)});
}
asio::awaitable<Result<void>> JobsHandlers::cancel_job(Call& call, std::string id) {
  Key key{call, std::move(id)};
  co_return co_await cancel(std::move(key));
}
asio::awaitable<Result<quantum::JobStatusResponse>> JobsHandlers::get_job_status(Call& call, std::string id) {
  co_return status({call, std::move(id)});
}
asio::awaitable<Result<Json>> JobsHandlers::get_job_result(Call& call, std::string id) {
  Result<Finished> const finished = output_of({call, std::move(id)});
  if (!finished) co_return finished.error();
  co_return api::parse(finished->output.raw);
}
asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>> JobsHandlers::get_normalized_job_result(
    Call& call, std::string id) {
  co_return normalized_result({call, std::move(id)});
}
asio::awaitable<Result<std::optional<quantum::NormalizedMemoryResult>>> JobsHandlers::get_normalized_job_memory(
    Call& call, std::string id) {
  Result<Finished> const finished = output_of({call, std::move(id)});
  if (!finished) co_return finished.error();
  if (!finished->output.memory) co_return std::optional<quantum::NormalizedMemoryResult>();
  auto memory = api::decode_text<quantum::NormalizedMemoryResult>(*finished->output.memory);
  if (!memory) co_return std::move(memory).error();
  co_return std::optional(std::move(*memory));
}
asio::awaitable<Result<Response>> JobsHandlers::get_job_result_stream(Call& call, std::string id) {
  co_return result_stream({call, std::move(id)});
}
asio::awaitable<Result<Json>> JobsHandlers::get_job_input(Call& call, std::string id) {
  co_return input({call, std::move(id)});
}
asio::awaitable<Result<quantum::NormalizedJobInput>> JobsHandlers::get_normalized_job_input(Call& call,
                                                                                            std::string id) {
  co_return normalized_input({call, std::move(id)});
}
asio::awaitable<Result<std::optional<quantum::CalibrationResponse>>> JobsHandlers::get_job_calibration(Call& call,
                                                                                                       std::string id) {
  co_return calibration({call, std::move(id)});
}

asio::awaitable<Result<quantum::PageResponseWorkloadResponse>> JobsHandlers::get_service_execution_workloads(
    Call& call, std::string service_execution_id, quantum::GetServiceExecutionWorkloadsRequest request) {
  Result<Paging> const paging = read_paging(request.page, request.size);
  if (!paging) co_return paging.error();
  auto order = read_job_order(request.sort.value_or(std::vector<std::string>()));
  if (!order) co_return std::move(order).error();
  JobSearch const search{.tenant_id = call.principal.tenant_id,
                         .service_execution_id = std::move(service_execution_id),
                         .order = std::move(*order),
                         .page = paging->page,
                         .size = paging->size};
  JobPage const found = store_.read([&](Connection& connection) { return hub::search_jobs(connection, search); });
  quantum::PageResponseWorkloadResponse page;
  page.content.emplace();
  for (JobRow const& row : found.jobs) page.content->push_back(to_workload(row));
  fill_page(page, *paging, found.total);
  co_return page;
}
asio::awaitable<Result<quantum::Job>> JobsHandlers::get_service_execution_job(Call& call,
                                                                              std::string service_execution_id,
                                                                              std::string job_id) {
  co_return job({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<void>> JobsHandlers::cancel_service_execution_job(Call& call, std::string service_execution_id,
                                                                         std::string job_id) {
  Key key{call, std::move(job_id), std::move(service_execution_id)};
  co_return co_await cancel(std::move(key));
}
asio::awaitable<Result<quantum::JobStatusResponse>> JobsHandlers::get_service_execution_job_status(
    Call& call, std::string service_execution_id, std::string job_id) {
  co_return status({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>>
JobsHandlers::get_service_execution_normalized_job_result(Call& call, std::string service_execution_id,
                                                          std::string job_id) {
  co_return normalized_result({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<Response>> JobsHandlers::get_service_execution_job_result_stream(
    Call& call, std::string service_execution_id, std::string job_id) {
  co_return result_stream({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<Json>> JobsHandlers::get_service_execution_job_input(Call& call,
                                                                            std::string service_execution_id,
                                                                            std::string job_id) {
  co_return input({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<quantum::NormalizedJobInput>> JobsHandlers::get_service_execution_normalized_job_input(
    Call& call, std::string service_execution_id, std::string job_id) {
  co_return normalized_input({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<std::optional<quantum::CalibrationResponse>>>
JobsHandlers::get_service_execution_job_calibration(Call& call, std::string service_execution_id, std::string job_id) {
  co_return calibration({call, std::move(job_id), std::move(service_execution_id)});
}

// No session can be opened on a simulator of this hub, so none exists.
asio::awaitable<Result<quantum::Session>> JobsHandlers::get_service_execution_session(Call&, std::string,
                                                                                      std::string session_id) {
  co_return no_session(session_id);
}
asio::awaitable<Result<void>> JobsHandlers::close_service_execution_session(Call&, std::string,
                                                                            std::string session_id) {
  co_return no_session(session_id);
}
asio::awaitable<Result<quantum::Session>> JobsHandlers::update_service_execution_session_state(
    Call&, std::string, std::string session_id, quantum::UpdateServiceExecutionSessionStateRequest) {
  co_return no_session(session_id);
}
asio::awaitable<Result<quantum::SessionStatusResponse>> JobsHandlers::get_service_execution_session_status(
    Call&, std::string, std::string session_id) {
  co_return no_session(session_id);
}
asio::awaitable<Result<quantum::PageResponseJob>> JobsHandlers::get_service_execution_session_jobs(
    Call&, std::string, std::string session_id) {
  co_return no_session(session_id);
}

}  // namespace qhub::hub
