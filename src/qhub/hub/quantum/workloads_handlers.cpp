#include "qhub/hub/quantum/workloads_handlers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "qhub/hub/quantum/job_documents.h"
#include "qhub/hub/quantum/paging.h"
#include "qhub/hub/quantum/session_documents.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

using Texts = std::vector<std::string>;

/// The values of a filter; a parameter may hold several, with commas between them.
Texts values_of(std::optional<Texts> const& parameters) {
  Texts values;
  for (std::string const& parameter : parameters.value_or(Texts()))
    for (std::size_t start = 0; start <= parameter.size();) {
      std::size_t const end = std::min(parameter.find(',', start), parameter.size());
      if (end > start) values.push_back(parameter.substr(start, end - start));
      start = end + 1;
    }
  return values;
}

/// The same for a filter with fixed values, in upper case. Errors: invalid_argument naming the filter.
Result<Texts> choices_of(std::string_view name, std::optional<Texts> const& parameters,
                         std::span<std::string_view const> known) {
  Texts values = values_of(parameters);
  for (std::string& value : values) {
    boost::algorithm::to_upper(value);
    if (std::ranges::find(known, value) != known.end()) continue;
    std::string const message = fmt::format("must be one of: {}", fmt::join(known, ", "));
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{} '{}' {}", name, value, message),
                 .details = {{std::string(name), message}}};
  }
  return values;
}

Texts lower_case(Texts values) {
  for (std::string& value : values) boost::algorithm::to_lower(value);
  return values;
}
Texts upper_case(Texts values) {
  for (std::string& value : values) boost::algorithm::to_upper(value);
  return values;
}

Result<WorkloadSearch> read_search(Call const& call, quantum::GetWorkloadsRequest const& request) {
  static constexpr std::array<std::string_view, 2> types{"JOB", "SESSION"};
  static constexpr std::array<std::string_view, 2> origins{"STANDALONE", "SERVICE_EXECUTION"};
  static constexpr std::array<std::string_view, 14> statuses{
      "UNKNOWN",  "PENDING",    "RUNNING", "COMPLETED", "FAILED",   "CANCELLED", "ABORTED",
      "DETACHED", "CANCELLING", "OPEN",    "ACTIVE",    "INACTIVE", "DRAINING",  "CLOSED"};
  Result<Paging> const paging = read_paging(request.page, request.size);
  if (!paging) return paging.error();
  auto order = read_order(request.sort, workload_sort_columns());
  if (!order) return std::move(order).error();
  auto type = choices_of("type", request.type, types);
  if (!type) return std::move(type).error();
  auto status = choices_of("status", request.status, statuses);
  if (!status) return std::move(status).error();
  auto origin = choices_of("origin", request.origin, origins);
  if (!origin) return std::move(origin).error();
  return WorkloadSearch{.tenant_id = call.principal.tenant_id,
                        .types = std::move(*type),
                        .statuses = std::move(*status),
                        .providers = upper_case(values_of(request.provider)),
                        .backend_ids = values_of(request.backend_id),
                        .tags = lower_case(request.tag.value_or(Texts())),
                        .origins = std::move(*origin),
                        .service_execution_ids = values_of(request.service_execution_id),
                        .order = std::move(*order),
                        .page = paging->page,
                        .size = paging->size};
}

}  // namespace

quantum::PageResponseWorkloadResponse find_workloads(Store& store, WorkloadSearch const& search) {
  WorkloadPage const found = store.read([&](Connection& connection) { return search_workloads(connection, search); });
  quantum::PageResponseWorkloadResponse page;
  page.content.emplace();
  for (auto const& workload : found.workloads)
    page.content->push_back(std::visit([](auto const& row) { return to_workload(row); }, workload));
  fill_page(page, {.page = search.page, .size = search.size}, found.total);
  return page;
}

asio::awaitable<Result<quantum::PageResponseWorkloadResponse>> WorkloadsHandlers::get_workloads(
    Call& call, quantum::GetWorkloadsRequest request) {
  Result<WorkloadSearch> const search = read_search(call, request);
  if (!search) co_return search.error();
  co_return find_workloads(store_, *search);
}

asio::awaitable<Result<quantum::RuntimeMinutesResponse>> RuntimeMinutesHandlers::get_runtime_minutes(Call&) {
  quantum::RuntimeMinutesResponse response;
  response.allowances.emplace();
  co_return response;
}

}  // namespace qhub::hub
