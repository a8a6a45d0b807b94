#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/executions.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/interrupt.h"
#include "qhub/cli/json_text.h"
#include "qhub/cli/output.h"
#include "qhub/cli/pages.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/terminal.h"
#include "qhub/cli/transfer.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/service_jobs_client.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_execution{"ID", "The execution's id, as `qhubctl execution list` prints it."};

Json document_of(Arguments const& arguments, std::string const& id) {
  return to_json(executions_client(arguments).get_service_execution(id));
}

std::string status_of(Json const& execution) {
  Json const* const status = member_at(execution, "status");
  return status && status->is_string() ? std::string(status->get_string()) : "";
}

ExitCode start(Arguments const& arguments) {
  platform::CreateServiceJobRequest request;
  request.service_id = arguments.at("SERVICE");
  if (auto const file = arguments.find("input")) request.input = read_json_file(*file);
  if (auto tags = arguments.all("tag"); !tags.empty()) request.tags = std::move(tags);
  if (arguments.flag("store-input")) request.store_input = true;
  auto const job = platform::ServiceJobsClient(platform_api(arguments)).create_service_job(request);
  print_created(arguments, to_json(job));
  return ExitCode::done;
}

ExitCode list(Arguments const& arguments) {
  platform::GetServiceExecutionsRequest request;
  request.page = page_number(arguments);
  request.size = page_size(arguments);
  request.service_id = arguments.find("service");
  request.application_id = arguments.find("app");
  if (auto tags = arguments.all("tag"); !tags.empty()) request.tags = std::move(tags);
  print_page(
      arguments, to_json(executions_client(arguments).get_service_executions(request)),
      {{"ID", "id"}, {"STATUS", "status"}, {"SERVICE", "serviceId"}, {"CREATED", "createdAt"}, {"TAGS", "tags"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, document_of(arguments, arguments.at("ID")));
  return ExitCode::done;
}

ExitCode status(Arguments const& arguments) {
  std::string const state = status_of(document_of(arguments, arguments.at("ID")));
  print_document(arguments, Json{{"id", arguments.at("ID")}, {"status", state}}, "status");
  return ExitCode::done;
}

void put_line(std::string_view line) {
  print(std::string(line) + "\n");
}

ExitCode logs(Arguments const& arguments) {
  std::string const& id = arguments.at("ID");
  LogFollower log(executions_client(arguments), id);
  if (!arguments.flag("follow")) {
    log.show(put_line);
    return ExitCode::done;
  }
  Interrupt const interrupt;
  while (true) {
    std::string const state = status_of(document_of(arguments, id));  // before the log, so that its end is complete
    log.show(put_line);
    std::cout.flush();
    if (is_final_execution(state)) return state == "SUCCEEDED" ? ExitCode::done : ExitCode::job_failed;
    if (!std::cout || sleep_unless_stopped(interrupt.token(), 500)) return ExitCode::interrupted;
  }
}

/// The result document, or the reason why there is none.
Json result_of(Arguments const& arguments) {
  auto const result = executions_client(arguments).get_service_execution_result(arguments.at("ID"));
  if (result) return *result;
  std::string const state = status_of(document_of(arguments, arguments.at("ID")));
  ExitCode const code = state == "FAILED" || state == "CANCELLED" ? ExitCode::job_failed
                        : is_final_execution(state)               ? ExitCode::not_found
                                                                  : ExitCode::conflict;
  throw Failure{code, fmt::format("execution {} is {} and has no result", arguments.at("ID"), state)};
}

ExitCode result(Arguments const& arguments) {
  Json shown = result_of(arguments);
  if (shown.is_object() && !wants_form(arguments)) {
    shown.get_object().erase("_links");
    shown.get_object().erase("_embedded");
  }
  if (wants_form(arguments))
    print_document(arguments, shown);
  else
    print((output_is_terminal() ? indented(shown) : compact(shown)) + "\n");
  return ExitCode::done;
}

ExitCode files(Arguments const& arguments) {
  Json const document = result_of(arguments);
  auto const name = arguments.find("NAME");
  if (!name) {
    boost::json::array found;
    if (Json const* const links = member_at(document, "_links"); links && links->is_object())
      for (auto const& link : links->get_object())
        if (link.key() != "self" && link.key() != "status") found.push_back(JsonObject{{"name", link.key()}});
    print_list(arguments, found, {{"NAME", "name"}});
    return ExitCode::done;
  }
  auto const file = arguments.find("file");
  if (!file) {
    executions_client(arguments).get_service_execution_result_file(arguments.at("ID"), *name, print);
    return ExitCode::done;
  }
  TransferLine const line(TransferLine::Direction::download, *file, 0);
  executions_client(arguments).get_service_execution_result_file(arguments.at("ID"), *name, ToFile{.path = *file});
  return ExitCode::done;
}

ExitCode cancel(Arguments const& arguments) {
  executions_client(arguments).cancel_service_execution(arguments.at("ID"));
  std::cerr << fmt::format("Cancelled {}\n", arguments.at("ID"));
  return ExitCode::done;
}

std::vector<Option> filters() {
  std::vector<Option> options = page_options();
  options.push_back({"service", "ID", "Only of this service."});
  options.push_back({"app", "ID", "Only started by this application."});
  options.push_back({.name = "tag", .value = "TEXT", .help = "Only with this tag.", .repeats = true});
  return options;
}

}  // namespace

Noun const noun_execution{
    "execution",
    "Executions of services.",
    {{.name = "execution start",
      .summary = "Starts a service of yours and prints the execution's id.",
      .positionals = {{"SERVICE", "The service's id."}},
      .options = {{"input", "FILE", "Its parameters, a JSON object; - is standard input."},
                  {.name = "tag", .value = "TEXT", .help = "A tag; may be given several times.", .repeats = true},
                  {"store-input", "", "Keep the input, so that it can be run again."}},
      .prints = true,
      .examples = {"qhubctl execution start $SERVICE --input input.json"},
      .run = start},
     {.name = "execution list",
      .summary = "Lists executions, the newest first.",
      .options = filters(),
      .prints = true,
      .examples = {"qhubctl execution list --size 5"},
      .run = list},
     {.name = "execution get",
      .summary = "Shows an execution.",
      .positionals = {id_of_execution},
      .prints = true,
      .examples = {"qhubctl execution get $EXECUTION"},
      .run = get},
     {.name = "execution status",
      .summary = "Shows an execution's status only.",
      .positionals = {id_of_execution},
      .prints = true,
      .examples = {"qhubctl execution status $EXECUTION -o name"},
      .run = status},
     {.name = "execution logs",
      .summary = "Prints an execution's log.",
      .positionals = {id_of_execution},
      .options = {{"follow", "", "Go on until the execution is over; exit code 3 if it did not succeed.", 'f'}},
      .examples = {"qhubctl execution logs -f $EXECUTION"},
      .run = logs},
     {.name = "execution result",
      .summary = "Prints what an execution computed.",
      .positionals = {id_of_execution},
      .prints = true,
      .examples = {"qhubctl execution result $EXECUTION"},
      .run = result},
     {.name = "execution files",
      .summary = "Lists an execution's result files, or prints one.",
      .positionals = {id_of_execution, {"NAME", "The file to print.", false}},
      .options = {{"file", "FILE",
                   "Write it here instead of printing; a download that broke off goes on where it was."}},
      .prints = true,
      .examples = {"qhubctl execution files $EXECUTION",
                   "qhubctl execution files $EXECUTION output.json --file out.json"},
      .run = files},
     {.name = "execution cancel",
      .summary = "Cancels an execution.",
      .positionals = {id_of_execution},
      .examples = {"qhubctl execution cancel $EXECUTION"},
      .run = cancel}}};

}  // namespace qhub::cli
