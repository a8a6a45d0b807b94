#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "qhub/hub/service/kinds.h"
#include "qhub/hub/platform/products.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/log_file.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/platform_executions.h"
#include "qhub/hub/service/services.h"
#include "qhub/hub/workflow/engine.h"
#include "qhub/platform/service_executions_handlers.h"
#include "qhub/platform/service_jobs_handlers.h"
#include "qhub/service/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::int64_t max_log_entries = 100'000;
constexpr std::int64_t max_lineage = 1'000;
constexpr std::int64_t default_page_size = 20, max_page_size = 1'000;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> sort_columns{
    {{"createdAt", "number"},
     {"startedAt", "started_at"},
     {"endedAt", "ended_at"},
     {"status", "status"},
     {"serviceId", "service_id"},
     {"applicationId", "application_id"}}};

Error no_execution(std::string const& id) {
  return not_found("there is no service execution " + id);
}

/// An execution that the caller's tenant started.
Result<ExecutionRow> own_execution(Transaction& tx, std::string const& id) {
  auto row = find_execution(tx.database, id);
  if (!row || row->tenant_id != tx.caller.tenant_id) return no_execution(id);
  return std::move(*row);
}

/// One that the caller may measure: whoever has a role in the service that runs.
Result<ExecutionRow> measured_execution(Transaction& tx, std::string const& id) {
  auto row = find_execution(tx.database, id);
  auto const service = row ? find(tx, kinds::service, row->service_id) : std::nullopt;
  bool const provides = service && service->role != Role::none &&
                        (service->tenant_id == tx.caller.tenant_id || find_grant_to(tx, *service, tx.caller.tenant_id));
  if (!row || (!provides && row->tenant_id != tx.caller.tenant_id)) return no_execution(id);
  if (!provides) return forbidden("how a service uses the machine is for its provider to see");
  return std::move(*row);
}

std::optional<std::int64_t> microseconds(std::optional<Timestamp> const& time, std::string const& field, Error& error) {
  if (!time) return std::nullopt;
  auto const read = time->time();
  if (!read) {
    error = invalid(field, "is no time");
    return std::nullopt;
  }
  return read->time_since_epoch().count();
}

/// What the lists of executions and of jobs are asked for.
template <class Request>
Result<ExecutionSearch> read_search(Transaction& tx, Request const& request, ListQuery& query) {
  query.page = request.page.value_or(0);
  query.size = request.size.value_or(default_page_size);
  if (query.page < 0) return invalid("page", "must not be negative");
  if (query.size < 1 || query.size > max_page_size)
    return invalid("size", fmt::format("must be from 1 to {}", max_page_size));
  ExecutionSearch search{.tenant_id = tx.caller.tenant_id,
                         .service_id = request.service_id};
  search.offset = query.page * query.size;
  search.limit = query.size;
  Error error{.message = {}, .details = {}};
  search.created_after = microseconds(request.created_after, "createdAfter", error);
  search.created_before = microseconds(request.created_before, "createdBefore", error);
  if (!error.message.empty()) return error;
  for (std::string tag : request.tags.value_or(std::vector<std::string>())) {
    std::ranges::transform(tag, tag.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    search.tags.push_back(std::move(tag));
  }
  search.ids = request.ids.value_or(std::vector<std::string>());
  for (std::string const& text : request.sort.value_or(std::vector<std::string>())) {
    std::size_t const comma = text.find(',');
    std::string const property = text.substr(0, comma);
    std::string const direction = comma == std::string::npos ? "asc" : text.substr(comma + 1);
    auto const column = std::ranges::find(sort_columns, property, [](auto const& pair) { return pair.first; });
    if (column == sort_columns.end() || (direction != "asc" && direction != "desc"))
      return invalid("sort", fmt::format("'{}' is none of createdAt, startedAt, endedAt, status, serviceId, "
                                         "applicationId, each with ,asc or ,desc",
                                         text));
    search.order.push_back({column->second, direction == "desc"});
    query.order.push_back({SortBy::created_at, direction == "desc", property});
  }
  return search;
}

template <class Page>
Page to_page(ExecutionPage const& found, ListQuery const& query) {
  Page page;
  using Dto = typename decltype(Page::content)::value_type;
  for (ExecutionRow const& row : found.executions) page.content.push_back(to_execution_dto<Dto>(row));
  fill_page(page, query, found.total);
  return page;
}

platform::LogEntry to_entry(std::string const& line) {
  platform::LogEntry entry;
  auto const parsed = api::decode_text<service::LogEntry>(line);
  if (!parsed) return entry;
  entry.message = parsed->message;
  if (parsed->severity) entry.severity = platform::LogEntrySeverity(parsed->severity->text());
  if (auto const time = parsed->timestamp.time())
    entry.timestamp =
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count());
  return entry;
}

class ServiceExecutions final : public platform::ServiceExecutionsHandlers, ResourceHandlers {
 public:
  explicit ServiceExecutions(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::PageResponseServiceExecutionDto> get_service_executions(
      Call& call, platform::GetServiceExecutionsRequest request) override {
    return read(call, [request](Transaction& tx) -> Result<platform::PageResponseServiceExecutionDto> {
      ListQuery query;
      auto search = read_search(tx, request, query);
      if (!search) return search.error();
      search->application_id = request.application_id;
      return to_page<platform::PageResponseServiceExecutionDto>(search_executions(tx.database, *search), query);
    });
  }
  Answer<platform::GetServiceExecutionResponse> get_service_execution(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<platform::GetServiceExecutionResponse> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      if (auto workflow = workflow_execution(tx, *row)) return platform::GetServiceExecutionResponse(std::move(*workflow));
      return platform::GetServiceExecutionResponse(to_execution_dto<platform::ServiceExecutionDto>(*row));
    });
  }
  Answer<void> head_service_execution(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<void> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      return {};
    });
  }
  Answer<void> cancel_service_execution(Call& call, std::string id) override {
    auto const find_it = [id](Transaction& tx) { return own_execution(tx, id); };
    auto const row = co_await read(call, find_it);
    if (!row) co_return row.error();
    if (Result<void> const allowed = may_run_services(call.principal); !allowed) co_return allowed.error();
    if (row->is_final()) co_return conflict("the execution has ended: it is " + row->status);
    auto const cancelled = co_await host_.cancel(id);
    if (!cancelled) co_return cancelled.error();
    auto const for_the_audit = [](Transaction&) -> Result<void> { return {}; };
    co_return co_await write(call, for_the_audit);
  }

  Answer<std::optional<Json>> get_service_execution_result(Call& call, std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<std::optional<Json>> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      if (!row->is_final()) return std::optional<Json>();
      std::string const address = fmt::format("{}/service-executions/{}", platform_prefix, id);
      return std::optional(*api::parse(api::encode(to_result(*row, host_.files(), address, "results"))));
    });
  }
  Answer<hub::Response> get_service_execution_result_file(Call& call, std::string id, std::string path) override {
    return read(call, [this, &call, id, path](Transaction& tx) -> Result<Response> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      return result_file(call.request, *row, host_.files(), path);
    });
  }
  Answer<std::optional<platform::ServiceExecutionLogs>> get_service_execution_logs(
      Call& call, std::string id, platform::GetServiceExecutionLogsRequest request) override {
    return read(call, [this, id, request](Transaction& tx) -> Result<std::optional<platform::ServiceExecutionLogs>> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      std::int64_t const limit = request.limit.value_or(max_log_entries);
      if (limit < 1 || limit > max_log_entries)
        return invalid("limit", fmt::format("must be from 1 to {}", max_log_entries));
      platform::ServiceExecutionLogs logs;
      boost::json::array content;
      for (std::string const& line : read_log(host_.files().log(id), static_cast<std::size_t>(limit))) {
        platform::LogEntry entry = to_entry(line);
        content.push_back(*api::parse(api::encode(entry)));
        if (!logs.first) logs.first = entry;
        logs.last = std::move(entry);
      }
      logs.empty = content.empty();
      logs.extras["content"] = std::move(content);
      return std::optional(std::move(logs));
    });
  }

  Answer<platform::ServiceExecutionMetrics> get_service_execution_metrics(Call& call, std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<platform::ServiceExecutionMetrics> {
      auto const row = measured_execution(tx, id);
      if (!row) return row.error();
      platform::ServiceExecutionMetrics metrics;
      metrics.service_execution_id = id;
      for (auto* const series : {&metrics.cpu_usage, &metrics.cpu_limit, &metrics.memory_usage, &metrics.memory_limit})
        series->emplace();
      auto const limits = host_.limits_of(row->service_id);
      auto const text = read_file(host_.files().metrics(id));
      auto const json = api::parse(text ? *text : "[]");
      if (json && json->is_array())
        for (Json const& sample : json->get_array()) {
          std::string const time = std::to_string(sample.at(0).to_number<std::int64_t>());
          auto const add = [&](auto& series, double value) {
            platform::MetricDataPoint& point = series->emplace_back();
            point.timestamp = time;
            point.value = value;
          };
          add(metrics.cpu_usage, sample.at(1).to_number<double>());
          add(metrics.memory_usage, sample.at(2).to_number<double>());
          add(metrics.cpu_limit, host_.processors());
          add(metrics.memory_limit, static_cast<double>(limits.memory_bytes));
        }
      if (row->started_at) metrics.start_time = plain_time(*row->started_at);
      metrics.end_time = plain_time(row->ended_at.value_or(tx.now));
      return metrics;
    });
  }
  /// Files of observability are what a service writes below `observability/` in its output; none are kept otherwise.
  Answer<std::optional<Json>> get_service_execution_observability_files(Call& call, std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<std::optional<Json>> {
      auto const row = measured_execution(tx, id);
      if (!row) return row.error();
      JsonObject files;
      auto const directory = host_.files().output(id) / "observability";
      for (std::string const& name : list_files(directory)) {
        std::error_code error;
        files[name] = JsonObject{{"size", std::filesystem::file_size(directory / name, error)}};
      }
      if (files.empty()) return std::optional<Json>();
      return std::optional(Json(std::move(files)));
    });
  }
  Answer<hub::Response> get_service_execution_observability_file(Call& call, std::string id,
                                                                 std::string filename) override {
    return read(call, [this, &call, id, filename](Transaction& tx) -> Result<Response> {
      auto const row = measured_execution(tx, id);
      if (!row) return row.error();
      return result_file(call.request, *row, host_.files(), "observability/" + filename);
    });
  }

  Answer<platform::ServiceExecutionLineage> get_service_execution_lineage(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<platform::ServiceExecutionLineage> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      std::vector<ExecutionRow> const tree = execution_tree(tx.database, id, max_lineage + 1);
      platform::ServiceExecutionLineage lineage;
      lineage.truncated = static_cast<std::int64_t>(tree.size()) > max_lineage;
      lineage.nodes.emplace();
      for (ExecutionRow const& execution : tree) {
        if (static_cast<std::int64_t>(lineage.nodes->size()) == max_lineage) break;
        platform::ServiceExecutionLineageNodeDto& node = lineage.nodes->emplace_back();
        node.id = execution.id;
        node.type = platform::ServiceExecutionLineageNodeDtoType(execution.type);
        node.status = platform::ExecutionStatus(execution.status);
        node.created_at = plain_time(execution.created_at);
        if (execution.started_at) node.started_at = plain_time(*execution.started_at);
        if (execution.ended_at) node.ended_at = plain_time(*execution.ended_at);
        node.service_id = execution.service_id;
        node.tags = execution.tags;
        if (execution.id != id) node.parent_id = execution.parent_id;
      }
      return lineage;
    });
  }
  Answer<std::optional<std::vector<platform::CostEntry>>> get_service_execution_costs(Call& call,
                                                                                      std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<std::optional<std::vector<platform::CostEntry>>> {
      auto const row = own_execution(tx, id);
      if (!row) return row.error();
      if (!row->is_final()) return std::optional<std::vector<platform::CostEntry>>();
      if (!row->used_seconds) return std::optional(std::vector<platform::CostEntry>());
      return std::optional(
          execution_cost_entries(host_.prices(), row->tenant_id, *row->used_seconds, *row->ended_at));
    });
  }

 private:
  ServiceHost& host_;
};

class ServiceJobs final : public platform::ServiceJobsHandlers, ResourceHandlers {
 public:
  explicit ServiceJobs(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::PageResponseServiceJobDto> get_service_jobs(Call& call,
                                                               platform::GetServiceJobsRequest request) override {
    return read(call, [request](Transaction& tx) -> Result<platform::PageResponseServiceJobDto> {
      ListQuery query;
      auto search = read_search(tx, request, query);
      if (!search) return search.error();
      search->only_jobs = true;
      return to_page<platform::PageResponseServiceJobDto>(search_executions(tx.database, *search), query);
    });
  }
  Answer<platform::ServiceJobDto> get_service_job(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<platform::ServiceJobDto> {
      auto const row = job(tx, id);
      if (!row) return row.error();
      return job_dto(tx, *row);
    });
  }
  Answer<platform::ServiceJobDto> create_service_job(Call& call, platform::CreateServiceJobRequest request) override {
    if (request.input && !request.input->is_object() && !request.input->is_null())
      return ready<platform::ServiceJobDto>(invalid("input", "must be an object of parameters"));
    JsonObject input = request.input && request.input->is_object() ? request.input->get_object() : JsonObject();
    return start(call, std::move(request.service_id), std::move(input),
                 request.tags.value_or(std::vector<std::string>()), request.store_input.value_or(false));
  }
  Answer<platform::ServiceJobDto> rerun_service_job(Call& call, std::string id) override {
    struct Former {
      ExecutionRow row;
      std::optional<std::string> input;
    };
    auto const find_it = [id](Transaction& tx) -> Result<Former> {
      auto row = job(tx, id);
      if (!row) return row.error();
      auto input = row->store_input ? read_execution_input(tx.database, row->number) : std::nullopt;
      return Former{std::move(*row), std::move(input)};
    };
    auto former = co_await read(call, find_it);
    if (!former) co_return former.error();
    if (!former->input) co_return conflict("the input of this job was not stored: it was created without storeInput");
    auto input = api::parse(*former->input);
    if (!input) co_return input.error();
    for (auto& [name, value] : input->get_object())
      if (is_pool_reference(value)) value.get_object().erase("access");  // decided anew
    co_return co_await start(call, former->row.service_id, std::move(input->get_object()), former->row.tags, true);
  }

 private:
  Answer<platform::ServiceJobDto> start(Call& call, std::string service_id, JsonObject input,
                                        std::vector<std::string> tags, bool store_input) {
    auto const find_it = [service_id](Transaction& tx) -> Result<ServiceRow> {
      auto const resource = get(tx, kinds::service, service_id);
      if (!resource) return resource.error();
      if (resource->tenant_id != tx.caller.tenant_id && !find_grant_to(tx, *resource, tx.caller.tenant_id))
        return forbidden("jobs are for those who provide the service; others subscribe to it");
      auto row = find_service(tx.database, service_id);
      if (!row) return not_found("there is no service " + service_id);
      return std::move(*row);
    };
    auto const service = co_await read(call, find_it);
    if (!service) co_return service.error();
    ServiceHost::Submission submission{.principal = call.principal,
                                       .service = *service,
                                       .parent_token = {},
                                       .body = std::move(input),
                                       .tags = std::move(tags),
                                       .store_input = store_input};
    auto const row = co_await host_.submit(std::move(submission));
    if (!row) co_return row.error();
    auto const describe = [id = row->id](Transaction& tx) -> Result<platform::ServiceJobDto> {
      auto const stored = job(tx, id);
      if (!stored) return stored.error();
      return job_dto(tx, *stored);
    };
    co_return co_await write(call, describe);  // for the audit
  }
  static Result<ExecutionRow> job(Transaction& tx, std::string const& id) {
    auto row = find_execution(tx.database, id);
    if (!row || row->tenant_id != tx.caller.tenant_id || row->application_id)
      return not_found("there is no service job " + id);
    return std::move(*row);
  }
  static platform::ServiceJobDto job_dto(Transaction& tx, ExecutionRow const& row) {
    auto dto = to_execution_dto<platform::ServiceJobDto>(row);
    if (row.store_input) dto.input = read_execution_input(tx.database, row.number);
    return dto;
  }

  ServiceHost& host_;
};

}  // namespace

Mounted mount_service_executions(Router& router, ServiceApi const& api) {
  return std::make_shared<std::vector<Mounted>>(std::vector{
      mount_new<ServiceExecutions>(router, platform_prefix, api), mount_new<ServiceJobs>(router, platform_prefix, api)});
}

}  // namespace qhub::hub
