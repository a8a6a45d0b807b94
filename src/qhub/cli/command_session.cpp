#include <fmt/format.h>

#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/pages.h"
#include "qhub/cli/remote.h"
#include "qhub/quantum/backends_client.h"
#include "qhub/quantum/models_codec.h"
#include "qhub/quantum/sessions_client.h"
#include "qhub/quantum/workloads_client.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_session{"ID", "The session's id, as `qhubctl session list` prints it."};

quantum::SessionsClient sessions(Arguments const& arguments) {
  return quantum::SessionsClient(quantum_api(arguments));
}

ExitCode create(Arguments const& arguments) {
  auto const connection = quantum_api(arguments);
  quantum::CreateSessionRequest request;
  request.backend_id = arguments.at("BACKEND");
  request.mode = quantum::SessionMode(arguments.find("mode").value_or("dedicated"));
  request.provider =
      quantum::BackendsClient(connection).get_backend(request.backend_id).provider.value_or(quantum::Provider());
  request.ttl = arguments.integer("ttl", 1, 31'536'000);
  if (auto tags = arguments.all("tag"); !tags.empty()) request.tags = std::move(tags);
  quantum::Session const session = quantum::SessionsClient(connection).create_session(request);
  print_created(arguments, to_json(session));
  return ExitCode::done;
}

ExitCode list(Arguments const& arguments) {
  auto const page = quantum::WorkloadsClient(quantum_api(arguments))
                        .get_workloads({.page = page_number(arguments),
                                        .size = page_size(arguments),
                                        .sort = {{"created_at,desc"}},
                                        .type = {{"SESSION"}}});
  print_page(arguments, to_json(page),
             {{"ID", "id"},
              {"STATUS", "status"},
              {"BACKEND", "backend_id"},
              {"MODE", "mode"},
              {"JOBS", "job_count"},
              {"CREATED", "created_at"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(sessions(arguments).get_session(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode status(Arguments const& arguments) {
  print_document(arguments, to_json(sessions(arguments).get_session_status(arguments.at("ID"))), "status");
  return ExitCode::done;
}

ExitCode jobs(Arguments const& arguments) {
  print_page(arguments, to_json(sessions(arguments).get_session_jobs(arguments.at("ID"))),
             {{"ID", "id"}, {"STATUS", "status"}, {"SHOTS", "shots"}, {"CREATED", "created_at"}, {"NAME", "name"}});
  return ExitCode::done;
}

ExitCode drain(Arguments const& arguments) {
  print_document(arguments,
                 to_json(sessions(arguments).update_session_state(arguments.at("ID"), {.accept_jobs = false})));
  return ExitCode::done;
}

ExitCode close(Arguments const& arguments) {
  sessions(arguments).close_session(arguments.at("ID"));
  std::cerr << fmt::format("Closed {}\n", arguments.at("ID"));
  return ExitCode::done;
}

ExitCode list_workloads(Arguments const& arguments) {
  quantum::GetWorkloadsRequest request;
  request.page = page_number(arguments);
  request.size = page_size(arguments);
  request.sort = {{"created_at,desc"}};
  auto const filter = [&](std::string const& name, std::optional<std::vector<std::string>>& field) {
    if (auto values = arguments.all(name); !values.empty()) field = std::move(values);
  };
  filter("type", request.type);
  filter("status", request.status);
  filter("provider", request.provider);
  filter("backend", request.backend_id);
  filter("tag", request.tag);
  filter("execution", request.service_execution_id);
  print_page(arguments, to_json(quantum::WorkloadsClient(quantum_api(arguments)).get_workloads(request)),
             {{"ID", "id"},
              {"TYPE", "type"},
              {"STATUS", "status"},
              {"BACKEND", "backend_id"},
              {"CREATED", "created_at"},
              {"NAME", "name"}});
  return ExitCode::done;
}

std::vector<Option> filters() {
  std::vector<Option> options = page_options();
  for (Option option : {Option{"type", "TYPE", "Only JOB or SESSION."},
                        {"status", "STATUS", "Only of this status."},
                        {"provider", "NAME", "Only on this provider's backends."},
                        {"backend", "ID", "Only on this backend."},
                        {"tag", "TEXT", "Only with this tag."},
                        {"execution", "ID", "Only of this execution of a service."}}) {
    option.repeats = true;
    options.push_back(option);
  }
  return options;
}

}  // namespace

Noun const noun_session{
    "session",
    "Sessions, which hold a backend for several jobs.",
    {{.name = "session create",
      .summary = "Opens a session on a backend and prints its id.",
      .positionals = {{"BACKEND", "The backend's id."}},
      .options = {{.name = "mode",
                   .value = "MODE",
                   .help = "dedicated (unless given) or batch.",
                   .choices = "dedicated|batch"},
                  {"ttl", "SECONDS", "How long it may be open."},
                  {.name = "tag", .value = "TEXT", .help = "A tag; may be given several times.", .repeats = true}},
      .prints = true,
      .examples = {"qhubctl session create aws.sim.sv1 --mode batch --ttl 600"},
      .run = create},
     {.name = "session list",
      .summary = "Lists your sessions, the newest first.",
      .options = page_options(),
      .prints = true,
      .examples = {"qhubctl session list"},
      .run = list},
     {.name = "session get",
      .summary = "Shows a session.",
      .positionals = {id_of_session},
      .prints = true,
      .examples = {"qhubctl session get $SESSION"},
      .run = get},
     {.name = "session status",
      .summary = "Shows a session's status only.",
      .positionals = {id_of_session},
      .prints = true,
      .examples = {"qhubctl session status $SESSION -o name"},
      .run = status},
     {.name = "session jobs",
      .summary = "Lists the jobs of a session.",
      .positionals = {id_of_session},
      .prints = true,
      .examples = {"qhubctl session jobs $SESSION"},
      .run = jobs},
     {.name = "session drain",
      .summary = "Lets a session take no more jobs; it closes after those that it has.",
      .positionals = {id_of_session},
      .prints = true,
      .examples = {"qhubctl session drain $SESSION --json status"},
      .run = drain},
     {.name = "session close",
      .summary = "Closes a session at once.",
      .positionals = {id_of_session},
      .examples = {"qhubctl session close $SESSION"},
      .run = close}}};

Noun const noun_workload{
    "workload",
    "Jobs and sessions together.",
    {{.name = "workload list",
      .summary =
          "Lists jobs and sessions, the newest first. Different filters must all fit, of one given twice either.",
      .options = filters(),
      .prints = true,
      .examples = {"qhubctl workload list --type JOB --status COMPLETED --status FAILED"},
      .run = list_workloads}}};

}  // namespace qhub::cli
