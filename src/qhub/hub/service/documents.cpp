#include "qhub/hub/service/documents.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "qhub/api/codec.h"
#include "qhub/hub/http/file_response.h"
#include "qhub/service/models_codec.h"

namespace qhub::hub {
namespace {

/// The largest output.json whose members stand in the result; a larger one is a file only.
constexpr std::uintmax_t max_inline_output = 8U << 20;

service::HalLink link(std::string href) {
  service::HalLink link;
  link.href = std::move(href);
  return link;
}

std::string encoded_path(std::string_view path) {
  std::string encoded;
  for (char const c : path) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain)
      encoded += c;
    else
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

JsonObject output_members(ExecutionRow const& row, ServiceFiles const& files) {
  std::filesystem::path const output = files.output(row.id) / "output.json";
  std::error_code error;
  if (std::filesystem::file_size(output, error) <= max_inline_output && !error)
    if (Result<std::string> const text = read_file(output))
      if (Result<Json> json = api::parse(*text); json && json->is_object()) {
        JsonObject members = std::move(json->get_object());
        members.erase("_links");
        members.erase("_embedded");
        return members;
      }
  if (row.status != "FAILED") return {};
  return {{"type", "about:blank"},
          {"title", "Service Execution Failed"},
          {"status", 500},
          {"detail", row.reason.value_or("The service failed; its log may tell why.")}};
}

}  // namespace

std::string plain_time(std::int64_t microseconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(microseconds / 1'000'000)));
}

service::ServiceExecution to_service_execution(ExecutionRow const& row) {
  service::ServiceExecution execution;
  execution.id = row.id;
  execution.created_at = plain_time(row.created_at);
  if (row.started_at) execution.started_at = plain_time(*row.started_at);
  if (row.ended_at) execution.ended_at = plain_time(*row.ended_at);
  execution.status = service::ServiceExecutionStatus(row.status);
  execution.type = service::ServiceExecutionType::MANAGED;
  execution.service_id = row.service_id;
  execution.service_definition_id = row.service_id;  // a service has one definition, of the same id
  execution.application_id = row.application_id;
  execution.tags = row.tags;
  return execution;
}

service::ResultResponse to_result(ExecutionRow const& row, ServiceFiles const& files, std::string const& address,
                                  std::string const& results) {
  service::ResultResponse result;
  result.embedded.emplace().status = to_service_execution(row);
  service::ResultResponseLinks& links = result.links.emplace();
  links.status = link(address);
  links.extras["self"] = JsonObject{{"href", fmt::format("{}/{}", address, results)}};
  if (!row.is_final()) return result;
  for (std::string const& file : list_files(files.output(row.id)))
    links.extras[file] = JsonObject{{"href", fmt::format("{}/{}/{}", address, results, encoded_path(file))}};
  result.extras = output_members(row, files);
  return result;
}

Result<Response> result_file(Request const& request, ExecutionRow const& row, ServiceFiles const& files,
                             std::string const& file) {
  if (row.is_final()) return file_response(request, files.output(row.id), file);
  return Error{.kind = ErrorKind::not_found,
               .message = fmt::format("execution {} has no files yet: it is {}", row.id, row.status),
               .details = {}};
}

}  // namespace qhub::hub
