#include "qhub/hub/quantum/jobs_handlers.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>

#include "qhub/hub/http/file_response.h"
#include "qhub/hub/http/problem.h"
#include "qhub/hub/platform/spending.h"
#include "qhub/hub/quantum/access.h"
#include "qhub/hub/quantum/job_documents.h"
#include "qhub/hub/quantum/job_submission.h"
#include "qhub/hub/quantum/paging.h"
#include "qhub/hub/quantum/wait_preference.h"
#include "qhub/hub/quantum/workloads_handlers.h"
#include "qhub/hub/resource/own_transaction.h"
#include "qhub/hub/store/clock.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

Error not_found(std::string message) {
  return {.kind = ErrorKind::not_found, .message = std::move(message), .details = {}};
}

Error over_quota(std::int64_t jobs_per_day, std::int64_t wait) {
  return {.kind = ErrorKind::rate_limited,
          .message = fmt::format("this token has submitted {} jobs today, which is its quota; it is renewed at midnight, "
                                 "UTC, in {} s",
                                 jobs_per_day, wait),
          .details = {{std::string(retry_after), std::to_string(wait)}}};
}

/// Clients before release 2 take a job's input as a text. Those in TypeScript tell their release; to those in Python,
/// whose requests look like those of newer ones, the header can be given.
bool wants_text_as_input(Headers const& headers) {
  std::string_view const release = headers.find("X-Fern-SDK-Version").value_or("");
  return release.starts_with("0.") || release.starts_with("1.");
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

asio::awaitable<Result<JobRow>> JobsHandlers::settled(Key key) {
  Result<JobRow> row = find(key);
  std::chrono::seconds const time = wait_preference(key.call.request.headers);
  if (!row || row->is_final() || time.count() == 0) co_return row;
  JobWatch::Interest interest(runner_.watch(), row->number);
  row = find(key);
  if (!row || row->is_final()) co_return row;
  co_await interest.wait(time);
  co_return find(key);
}

asio::awaitable<Result<FoundOutput>> JobsHandlers::output_of(Key key, OutputForm form) {
  Result<JobRow> row = co_await settled(std::move(key));
  if (!row) co_return std::move(row).error();
  if (!row->is_final()) co_return not_found(fmt::format("job {} has no result yet: it is {}", row->id, row->status));
  auto found = store_.read([&](Connection& connection) { return read_job_output(connection, row->number, form); });
  if (!found) co_return not_found(fmt::format("job {} has no result: it is {}", row->id, row->status));
  co_return std::move(*found);
}

asio::awaitable<Result<quantum::PageResponseJob>> JobsHandlers::search_jobs(Call& call,
                                                                            quantum::SearchJobsRequest request) {
  Result<Paging> const paging = read_paging(request.page, request.size);
  if (!paging) co_return paging.error();
  auto order = read_order(request.sort, job_sort_columns());
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
  if (Result<void> const allowed = may_change(call); !allowed) co_return allowed.error();
  BackendDescription const* const backend = catalogue_.find(request.backend_id);
  if (!backend) co_return not_found("there is no backend " + request.backend_id + "; GET /quantum/backends lists them");
  if (Result<void> const online = is_online(*backend); !online) co_return online.error();
  Result<Runner::Place> place = runner_.claim(backend->id, call.principal.tenant_id);
  if (!place) co_return place.error();
  Result<Submission> submission = read_submission(call, *backend, request);
  if (!submission) co_return std::move(submission).error();
  Result<StoredInput> const input = keep(store_.blobs(), submission->input);
  if (!input) co_return input.error();
  auto const insert = [&](Connection& connection) -> Result<JobRow> {
    if (submission->job.session_id)
      if (Result<void> const joins = check_session_of(connection, submission->job, now_us()); !joins)
        return joins.error();
    Result<JobRow> job = insert_job(connection, submission->job, *input, submission->key);
    if (!job || job->id != submission->job.id) return job;
    if (token_jobs_per_day_ > 0)
      if (auto const wait = count_job_of_token(connection, call.principal.token_id, token_jobs_per_day_, job->created_at))
        return over_quota(token_jobs_per_day_, *wait);
    if (prices_.of(job->backend_id).of(1, job->shots) == 0) return job;
    Transaction tx = own_transaction(connection, now_us());
    if (Result<void> const affordable = check_spending(tx, prices_, job->tenant_id); !affordable)
      return affordable.error();
    return job;
  };
  Result<JobRow> const stored = co_await store_.write(insert);
  if (!stored) co_return stored.error();
  // A repeated request has found the job that it made the first time.
  if (stored->id == submission->job.id) place->take(*stored);
  co_return to_job(*stored);
}

Result<quantum::Job> JobsHandlers::job(Key const& key) {
  Result<JobRow> const row = find(key);
  if (!row) return row.error();
  return to_job(*row);
}

asio::awaitable<Result<quantum::JobStatusResponse>> JobsHandlers::status(Key key) {
  Result<JobRow> const row = co_await settled(std::move(key));
  if (!row) co_return row.error();
  quantum::JobStatusResponse response;
  response.status = quantum::JobStatus(row->status);
  if (row->status == "RUNNING") response.progress = runner_.progress(row->number);
  co_return response;
}

asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>> JobsHandlers::normalized_result(Key key) {
  Result<FoundOutput> const output = co_await output_of(std::move(key), OutputForm::normalized);
  if (!output) co_return output.error();
  if (!output->text) co_return std::optional<quantum::NormalizedJobResult>();
  auto result = api::decode_text<quantum::NormalizedJobResult>(output->text->load());
  if (!result) co_return std::move(result).error();
  co_return std::optional(std::move(*result));
}

asio::awaitable<Result<Response>> JobsHandlers::result_stream(Key key) {
  Request const& request = key.call.request;
  Result<FoundOutput> output = co_await output_of(std::move(key), OutputForm::raw);
  if (!output) co_return std::move(output).error();
  FoundText& text = *output->text;
  std::string const digest = text.digest();
  if (!text.file.empty())
    co_return file_response(request, text.file.parent_path(), text.file.filename(), "application/octet-stream", digest);
  co_return content_response(request, std::move(text.bytes), "application/octet-stream", digest);
}

Result<Json> JobsHandlers::input(Key const& key) {
  Result<JobInput> const stored = input_of(key);
  if (!stored) return stored.error();
  Result<Json> input = api::parse(stored->input);
  if (!input) return input;
  if (wants_text_as_input(key.call.request.headers))
    return Json(input->is_string() ? input->get_string() : boost::json::string(stored->input));
  // The official clients take an object only.
  if (!input->is_object()) return Json(JsonObject{{"qasm", *input}});
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
  if (Result<void> const allowed = may_change(key.call); !allowed) co_return allowed.error();
  auto const write = [&](Connection& connection) -> Result<JobRow> {
    std::int64_t const now = now_us();
    Result<JobRow> row = hub::cancel_job(
        connection,
        {.tenant_id = key.call.principal.tenant_id, .id = key.job_id, .service_execution_id = key.service_execution_id},
        now);
    if (row && row->is_final() && row->session_id) session_job_ended(connection, *row->session_id, now);
    return row;
  };
  Result<JobRow> const row = co_await store_.write(write);
  if (!row) co_return row.error();
  runner_.cancel(row->number);
  if (row->session_id) runner_.sessions_changed();
  co_return Result<void>();
}

asio::awaitable<Result<quantum::Job>> JobsHandlers::get_job(Call& call, std::string id) {
  co_return job({call, std::move(id)});
}
asio::awaitable<Result<void>> JobsHandlers::cancel_job(Call& call, std::string id) {
  return cancel({call, std::move(id)});
}
asio::awaitable<Result<quantum::JobStatusResponse>> JobsHandlers::get_job_status(Call& call, std::string id) {
  return status({call, std::move(id)});
}
asio::awaitable<Result<Json>> JobsHandlers::get_job_result(Call& call, std::string id) {
  Key key{call, std::move(id)};
  Result<FoundOutput> const output = co_await output_of(std::move(key), OutputForm::raw);
  if (!output) co_return output.error();
  co_return api::parse(output->text->load());
}
asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>> JobsHandlers::get_normalized_job_result(
    Call& call, std::string id) {
  return normalized_result({call, std::move(id)});
}
asio::awaitable<Result<std::optional<quantum::NormalizedMemoryResult>>> JobsHandlers::get_normalized_job_memory(
    Call& call, std::string id) {
  Key key{call, std::move(id)};
  Result<FoundOutput> const output = co_await output_of(std::move(key), OutputForm::memory);
  if (!output) co_return output.error();
  if (!output->text) co_return std::optional<quantum::NormalizedMemoryResult>();
  auto memory = api::decode_text<quantum::NormalizedMemoryResult>(output->text->load());
  if (!memory) co_return std::move(memory).error();
  co_return std::optional(std::move(*memory));
}
asio::awaitable<Result<Response>> JobsHandlers::get_job_result_stream(Call& call, std::string id) {
  return result_stream({call, std::move(id)});
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
  auto order = read_order(request.sort, workload_sort_columns());
  if (!order) co_return std::move(order).error();
  WorkloadSearch search;
  search.tenant_id = call.principal.tenant_id;
  search.service_execution_ids.push_back(std::move(service_execution_id));
  search.order = std::move(*order);
  search.page = paging->page;
  search.size = paging->size;
  co_return find_workloads(store_, search);
}
asio::awaitable<Result<quantum::Job>> JobsHandlers::get_service_execution_job(Call& call,
                                                                              std::string service_execution_id,
                                                                              std::string job_id) {
  co_return job({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<void>> JobsHandlers::cancel_service_execution_job(Call& call, std::string service_execution_id,
                                                                         std::string job_id) {
  return cancel({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<quantum::JobStatusResponse>> JobsHandlers::get_service_execution_job_status(
    Call& call, std::string service_execution_id, std::string job_id) {
  return status({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<std::optional<quantum::NormalizedJobResult>>>
JobsHandlers::get_service_execution_normalized_job_result(Call& call, std::string service_execution_id,
                                                          std::string job_id) {
  return normalized_result({call, std::move(job_id), std::move(service_execution_id)});
}
asio::awaitable<Result<Response>> JobsHandlers::get_service_execution_job_result_stream(
    Call& call, std::string service_execution_id, std::string job_id) {
  return result_stream({call, std::move(job_id), std::move(service_execution_id)});
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

asio::awaitable<Result<quantum::Session>> JobsHandlers::get_service_execution_session(Call& call,
                                                                                      std::string service_execution_id,
                                                                                      std::string session_id) {
  co_return sessions_.get({call, std::move(session_id), std::move(service_execution_id)});
}
asio::awaitable<Result<void>> JobsHandlers::close_service_execution_session(Call& call,
                                                                            std::string service_execution_id,
                                                                            std::string session_id) {
  return sessions_.close({call, std::move(session_id), std::move(service_execution_id)});
}
asio::awaitable<Result<quantum::Session>> JobsHandlers::update_service_execution_session_state(
    Call& call, std::string service_execution_id, std::string session_id,
    quantum::UpdateServiceExecutionSessionStateRequest request) {
  return sessions_.set_accepts_jobs({call, std::move(session_id), std::move(service_execution_id)},
                                    request.accept_jobs);
}
asio::awaitable<Result<quantum::SessionStatusResponse>> JobsHandlers::get_service_execution_session_status(
    Call& call, std::string service_execution_id, std::string session_id) {
  co_return sessions_.status({call, std::move(session_id), std::move(service_execution_id)});
}
asio::awaitable<Result<quantum::PageResponseJob>> JobsHandlers::get_service_execution_session_jobs(
    Call& call, std::string service_execution_id, std::string session_id) {
  co_return sessions_.jobs({call, std::move(session_id), std::move(service_execution_id)});
}

}  // namespace qhub::hub
