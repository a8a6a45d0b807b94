#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "qhub/api/codec.h"
#include "qhub/api/request_codec.h"
#include "qhub/cli/command.h"
#include "qhub/cli/remote.h"
#include "qhub/platform/operations.h"
#include "qhub/quantum/operations.h"
#include "qhub/sdk/internal/connection.h"
#include "qhub/sdk/credentials.h"
#include "qhub/sdk/internal/function_sink.h"
#include "qhub/service/operations.h"
#include "qhub/user/operations.h"

namespace qhub::cli {
namespace {

std::array<api::OperationTable const*, 4> const tables{&quantum::operations::table, &platform::operations::table,
                                                       &service::operations::table, &user::operations::table};

struct Found {
  api::OperationTable const* table = nullptr;
  api::Operation const* operation = nullptr;
};

/// By its id, or by the one it had in the official SDK 1.15.0.
Found find_operation(std::string_view id) {
  for (auto const* table : tables)
    for (api::Operation const& operation : table->operations)
      if (operation.id == id ||
          (!operation.legacy_id.empty() && id == fmt::format("{}.{}", table->api, operation.legacy_id)))
        return {table, &operation};
  std::string similar;
  std::string_view const method = id.substr(id.rfind('.') + 1);
  for (auto const* table : tables)
    for (api::Operation const& operation : table->operations)
      if (operation.id.ends_with(method) && similar.empty()) similar = fmt::format("; did you mean {}?", operation.id);
  throw UsageError{
      fmt::format("there is no operation '{}'{} `qhubctl api list` prints all", id, similar.empty() ? ";" : similar)};
}

std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw UsageError{fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  return text;
}

/// The parameter file's members; each but `body` an object.
struct Parameters {
  JsonObject path, query, header, files;
  std::optional<Json> body;
};

Parameters read_parameters(std::optional<std::string> const& path) {
  Parameters parameters;
  if (!path) return parameters;
  std::string const text = *path == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : read_file(*path);
  Result<Json> json = api::parse(text);
  if (!json) throw UsageError{fmt::format("{}: {}", *path, json.error().message)};
  if (!json->is_object()) throw UsageError{fmt::format("{}: expected an object", *path)};
  for (auto const& [name, value] : json->get_object()) {
    JsonObject* const group = name == "path"     ? &parameters.path
                              : name == "query"  ? &parameters.query
                              : name == "header" ? &parameters.header
                              : name == "files"  ? &parameters.files
                                                 : nullptr;
    if (name == "body")
      parameters.body = value;
    else if (!group)
      throw UsageError{fmt::format("{}: unknown member '{}'; there are path, query, header, body and files", *path,
                                   std::string_view(name))};
    else if (value.is_object())
      *group = value.get_object();
    else
      throw UsageError{fmt::format("{}: '{}' must be an object", *path, std::string_view(name))};
  }
  return parameters;
}

std::string text_of(Json const& value) {
  return value.is_string() ? std::string(value.get_string()) : api::to_text(value);
}

api::WireRequest wire_request(api::Operation const& operation, Parameters const& parameters) {
  std::vector<std::string> values;
  for (std::string_view const name : operation.path_parameters) {
    auto const* value = parameters.path.if_contains(name);
    if (!value) throw UsageError{fmt::format("{} needs the path parameter '{}'", operation.id, name)};
    values.push_back(text_of(*value));
    if (values.back().empty()) throw UsageError{fmt::format("the path parameter '{}' is empty", name)};
  }
  std::vector<std::string_view> const views(values.begin(), values.end());
  api::WireRequest request{api::expand_path(operation, views), {}, {}, {}};
  for (auto const& [name, value] : parameters.query) api::append_query(std::string(name), value, request.query);
  if (parameters.body) request.body = api::to_text(*parameters.body);
  for (auto const& [field, path] : parameters.files) {
    if (operation.body != api::BodyKind::multipart || field != "file")
      throw UsageError{fmt::format("{} takes no file '{}'", operation.id, std::string_view(field))};
    std::string const name = text_of(path);
    request.file = File{.content = read_file(name), .filename = name.substr(name.rfind('/') + 1)};
  }
  return request;
}

std::shared_ptr<sdk::Connection const> connect(api::OperationTable const& table, Arguments const& arguments) {
  ClientOptions options = client_options(arguments, table.api);
  if (table.api != "service") return sdk::connect(table, std::move(options));
  if (options.base_url.empty()) throw UsageError{"a service has no default address: give --base-url"};
  options.token = std::move(options.api_key);
  return sdk::connect(table, std::move(options));
}

ExitCode list_operations() {
  for (auto const* table : tables)
    for (api::Operation const& operation : table->operations)
      std::cout << operation.id << '\t' << operation.method << ' ' << operation.path << '\t' << operation.summary
                << '\n';
  return ExitCode::done;
}

ExitCode run(Arguments const& arguments) {
  if (arguments.at("OPERATION") == "list") return list_operations();
  auto const [table, operation] = find_operation(arguments.at("OPERATION"));
  Parameters const parameters = read_parameters(arguments.find("params-file"));
  RequestOptions options;
  for (auto const& [name, value] : parameters.header) options.headers.add(std::string(name), text_of(value));
  api::WireRequest request = wire_request(*operation, parameters);
  auto const connection = connect(*table, arguments);

  if (operation->answer == api::AnswerKind::bytes) {
    sdk::FunctionSink sink([](std::string_view piece) {
      if (!std::cout.write(piece.data(), static_cast<std::streamsize>(piece.size())))
        throw std::runtime_error("cannot write to standard output");
    });
    connection->exchange(*operation, std::move(request), options, &sink);
    std::cout.flush();
    return ExitCode::done;
  }
  HttpResponse const response = connection->exchange(*operation, std::move(request), options);
  if (operation->answer == api::AnswerKind::headers) {
    JsonObject headers;
    for (auto const& [name, value] : response.headers) headers[name] = value;
    std::cout << api::to_text(headers) << '\n';
  } else if (!response.body.empty()) {
    std::cout << response.body << '\n';
  }
  return ExitCode::done;
}

}  // namespace

Command const command_api{
    .name = "api",
    .summary = "Calls any operation of any API with parameters from a file.",
    .positionals = {{"OPERATION", "`<api>.<namespace>.<method>` of the official SDK, or `list` for all of them."}},
    .options =
        {{"params-file", "FILE",
          "JSON with wire names: {\"path\":{},\"query\":{},\"header\":{},\"body\":…,\"files\":{\"file\":\"PATH\"}}; "
          "`-` is standard input."}},
    .examples = {"qhubctl api quantum.jobs.create_job --params-file job.json", "qhubctl api list"},
    .run = run};

}  // namespace qhub::cli
