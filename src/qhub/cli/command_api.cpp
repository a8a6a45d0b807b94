#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <iostream>

#include "qhub/api/codec.h"
#include "qhub/api/request_codec.h"
#include "qhub/cli/commands.h"
#include "qhub/cli/exit_code.h"
#include "qhub/cli/grammar.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/json_text.h"
#include "qhub/cli/operation_help.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/terminal.h"
#include "qhub/platform/operations.h"
#include "qhub/quantum/operations.h"
#include "qhub/sdk/internal/connection.h"
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

std::vector<std::string_view> operation_ids() {
  std::vector<std::string_view> ids{"list"};
  for (auto const* table : tables)
    for (api::Operation const& operation : table->operations) ids.push_back(operation.id);
  return ids;
}

/// By its id, or by the one it had in the official SDK 1.15.0.
Found find_operation(std::string_view id) {
  for (auto const* table : tables)
    for (api::Operation const& operation : table->operations)
      if (operation.id == id ||
          (!operation.legacy_id.empty() && id == fmt::format("{}.{}", table->api, operation.legacy_id)))
        return {table, &operation};
  // Most often the method is right and what is before it is missing or wrong.
  std::string_view const method = id.substr(id.rfind('.') + 1);
  for (std::string_view const known : operation_ids())
    if (known.ends_with(fmt::format(".{}", method)))
      throw UsageError{fmt::format("there is no operation '{}'; did you mean '{}'?", id, known)};
  throw UsageError{fmt::format("there is no operation '{}'{}", id,
                               did_you_mean(id, operation_ids(), "; `qhubctl api list` prints all"))};
}

/// The parameter file's members; each but `body` an object.
struct Parameters {
  JsonObject path, query, header, files;
  std::optional<Json> body;
};

Parameters read_parameters(std::optional<std::string> const& path) {
  Parameters parameters;
  if (!path) return parameters;
  Json const json = read_json_file(*path);
  if (!json.is_object()) throw UsageError{fmt::format("{}: expected an object", *path)};
  for (auto const& [name, value] : json.get_object()) {
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

/// Words like shots=100: each goes where the operation has a parameter of that name, into the path, the query or, as
/// the type that the contract says, the body.
void add_words(Found const& found, std::vector<std::string> const& words, Parameters& parameters) {
  for (std::string const& word : words) {
    std::size_t const equals = word.find('=');
    if (equals == std::string::npos || equals == 0) throw UsageError{fmt::format("'{}' is not NAME=VALUE", word)};
    std::string const name = word.substr(0, equals), value = word.substr(equals + 1);
    if (std::ranges::find(found.operation->path_parameters, name) != found.operation->path_parameters.end()) {
      parameters.path[name] = value;
    } else if (std::ranges::find(found.operation->query_parameters, name) != found.operation->query_parameters.end()) {
      if (Json* const before = parameters.query.if_contains(name))  // given twice: a list
        *before = before->is_array() ? *before : Json(boost::json::array{*before}),
        before->get_array().emplace_back(value);
      else
        parameters.query[name] = value;
    } else if (found.operation->body == api::BodyKind::multipart) {
      parameters.files[name] = value;
    } else if (found.operation->body == api::BodyKind::json) {
      if (!parameters.body) parameters.body = JsonObject();
      if (!parameters.body->is_object()) throw UsageError{fmt::format("the body is no object to put '{}' into", name)};
      Result<Json> json =
          body_type(*found.table, *found.operation, name) == "text" ? Result<Json>(Json(value)) : api::parse(value);
      parameters.body->get_object()[name] = json ? *json : Json(value);
    } else {
      throw UsageError{fmt::format("{} has no parameter '{}'; see qhubctl api {} --help", found.operation->id, name,
                                   found.operation->id)};
    }
  }
}

std::string text_of(Json const& value) {
  return value.is_string() ? std::string(value.get_string()) : api::to_text(value);
}

api::WireRequest wire_request(api::Operation const& operation, Parameters const& parameters) {
  std::vector<std::string> values;
  for (std::string_view const name : operation.path_parameters) {
    auto const* value = parameters.path.if_contains(name);
    if (!value)
      throw UsageError{fmt::format("{} needs {}=VALUE; see qhubctl api {} --help", operation.id, name, operation.id)};
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
  if (table.api == "service" && options.base_url.empty())
    throw UsageError{"a service has no default address: give --base-url"};
  return sdk::connect(table, std::move(options));
}

ExitCode list_operations(Arguments const& arguments) {
  boost::json::array list;
  for (auto const* table : tables)
    for (api::Operation const& operation : table->operations)
      list.push_back({{"id", operation.id},
                      {"call", fmt::format("{} {}", operation.method, operation.path)},
                      {"summary", operation.summary}});
  print_list(arguments, list, {{"OPERATION", "id"}, {"CALL", "call"}, {"SUMMARY", "summary"}});
  return ExitCode::done;
}

/// JSON as it came in a pipe, indented on a terminal, or in the form that is asked for.
void print_answer(Arguments const& arguments, std::string const& body) {
  Result<Json> const json = api::parse(body);
  if (!json) return print((output_is_terminal() ? printable(body) : body) + "\n");
  if (!wants_form(arguments) && !output_is_terminal()) return print(body + "\n");
  if (!wants_form(arguments)) return print(indented(*json) + "\n");
  bool const is_list =
      json->is_array() && std::ranges::all_of(json->get_array(), [](Json const& each) { return each.is_object(); });
  if (is_list)
    print_list(arguments, *json, {{"ID", "id"}, {"NAME", "name"}});
  else
    print_document(arguments, *json);
}

ExitCode run(Arguments const& arguments) {
  if (arguments.at("OPERATION") == "list") return list_operations(arguments);
  Found const found = find_operation(arguments.at("OPERATION"));
  auto const [table, operation] = found;
  Parameters parameters = read_parameters(arguments.find("params-file"));
  add_words(found, arguments.all("NAME=VALUE"), parameters);
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
    print_document(arguments, headers);
  } else if (!response.body.empty()) {
    print_answer(arguments, response.body);
  }
  return ExitCode::done;
}

void print_operation(std::string_view id, std::size_t columns) {
  Found const found = find_operation(id);
  print(describe_operation(*found.table, *found.operation, columns));
}

}  // namespace

Command const command_api{
    .name = "api",
    .summary = "Calls any operation of any API.",
    .positionals = {{"OPERATION",
                     "`<api>.<namespace>.<method>` of the official SDK, or `list` for all of them. "
                     "qhubctl api OPERATION --help describes its parameters and its answer."},
                    {"NAME=VALUE",
                     "Parameters of path, query and body by their names in the contract; file=PATH uploads.", false,
                     true}},
    .options =
        {{"params-file", "FILE",
          "JSON with wire names: {\"path\":{},\"query\":{},\"header\":{},\"body\":…,\"files\":{\"file\":\"PATH\"}}; "
          "`-` is standard input."}},
    .prints = true,
    .examples = {"qhubctl api quantum.jobs.get_job id=$JOB",
                 "qhubctl api quantum.jobs.create_job --params-file job.json",
                 "qhubctl api quantum.jobs.create_job --help", "qhubctl api list"},
    .first_words = operation_ids,
    .help = print_operation,
    .run = run};

}  // namespace qhub::cli
