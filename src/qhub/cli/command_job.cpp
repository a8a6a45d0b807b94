#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/exit_code.h"
#include "qhub/cli/interrupt.h"
#include "qhub/cli/jobs.h"
#include "qhub/cli/output.h"
#include "qhub/cli/pages.h"
#include "qhub/cli/table.h"
#include "qhub/cli/terminal.h"
#include "qhub/cli/transfer.h"
#include "qhub/quantum/models_codec.h"
#include "qhub/sdk/errors.h"
#include "qhub/sdk/wait_options.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_job{"ID", "The job's id, as `qhubctl job list` prints it."};

std::vector<Column> const columns{{"ID", "id"},       {"STATUS", "status"},      {"BACKEND", "backend_id"},
                                  {"SHOTS", "shots"}, {"CREATED", "created_at"}, {"NAME", "name"}};

ExitCode submit(Arguments const& arguments) {
  quantum::JobsClient const jobs = jobs_client(arguments);
  quantum::Job const job = submit_file(arguments, jobs, arguments.at("FILE"));
  if (!arguments.flag("wait")) {
    print_created(arguments, to_json(job));
    return ExitCode::done;
  }
  wait_for_success(arguments, jobs, job.id.value_or(""));
  print_result(arguments, jobs, job.id.value_or(""));
  return ExitCode::done;
}

ExitCode list(Arguments const& arguments) {
  quantum::SearchJobsRequest request{.page = page_number(arguments),
                                     .size = page_size(arguments),
                                     .sort = {{"created_at,desc"}},
                                     .service_execution_id = arguments.find("execution")};
  print_page(arguments, to_json(jobs_client(arguments).search_jobs(request)), columns);
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(jobs_client(arguments).get_job(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode wait(Arguments const& arguments) {
  quantum::JobsClient const jobs = jobs_client(arguments);
  for (std::string const& id : arguments.all("ID")) {
    wait_for_success(arguments, jobs, id);
    print(fmt::format("{}\tCOMPLETED\n", id));
  }
  return ExitCode::done;
}

/// The jobs to show now: the ones named, else the newest.
boost::json::array look(quantum::JobsClient const& jobs, std::vector<std::string> const& ids, long size) {
  boost::json::array found;
  if (ids.empty()) {
    auto const page = jobs.search_jobs({.page = 0, .size = size, .sort = {{"created_at,desc"}}});
    for (quantum::Job const& job : page.content.value_or(std::vector<quantum::Job>())) found.push_back(to_json(job));
  }
  for (std::string const& id : ids) found.push_back(to_json(jobs.get_job(id)));
  return found;
}

std::string member(Json const& job, std::string_view name) {
  Json const* const value = job.is_object() ? job.get_object().if_contains(name) : nullptr;
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

ExitCode watch(Arguments const& arguments) {
  quantum::JobsClient const jobs = jobs_client(arguments);
  std::vector<std::string> const ids = arguments.all("ID");
  long const size = arguments.integer("size", 1, 100).value_or(10);
  long const pause = arguments.integer("interval", 1, 3600).value_or(2) * 1000;
  bool const terminal = output_is_terminal();
  Interrupt const interrupt;
  std::map<std::string, std::string> seen;
  std::size_t lines = 0;
  while (true) {
    boost::json::array const now = look(jobs, ids, size);
    std::vector<TableRow> rows;
    bool all_over = true, all_completed = true;
    for (Json const& job : now) {
      std::string const status = member(job, "status");
      all_over = all_over && is_final(quantum::JobStatus(status));
      all_completed = all_completed && status == quantum::JobStatus::COMPLETED.text;
      TableRow row;
      for (std::string_view const name : {"id", "status", "backend_id", "created_at", "name"})
        row.push_back(member(job, name));
      std::string& before = seen[row[0]];
      if (terminal || before != status) rows.push_back(row);
      before = status;
    }
    if (terminal) {
      std::string const table = aligned({"ID", "STATUS", "BACKEND", "CREATED", "NAME"}, rows, terminal_columns());
      if (lines > 0) print(fmt::format("\x1b[{}A\x1b[J", lines));
      print(table);
      lines = static_cast<std::size_t>(std::ranges::count(table, '\n'));
    } else {
      print(tab_separated(rows));
    }
    std::cout.flush();
    if (all_over && !ids.empty()) return all_completed ? ExitCode::done : ExitCode::job_failed;
    if (!std::cout || sleep_unless_stopped(interrupt.token(), pause)) return ExitCode::interrupted;
  }
}

ExitCode result(Arguments const& arguments) {
  quantum::JobsClient const jobs = jobs_client(arguments);
  std::string const& id = arguments.at("ID");
  if (auto const file = arguments.find("file")) {
    TransferLine const line(TransferLine::Direction::download, *file, 0);
    jobs.get_job_result_stream(id, ToFile{*file});
    return ExitCode::done;
  }
  if (arguments.flag("raw")) {
    jobs.get_job_result_stream(id, print);
    return ExitCode::done;
  }
  print_known_result(arguments, jobs, id);
  return ExitCode::done;
}

ExitCode input(Arguments const& arguments) {
  quantum::JobsClient const jobs = jobs_client(arguments);
  if (!arguments.flag("qasm")) {
    print_document(arguments, jobs.get_job_input(arguments.at("ID")));
    return ExitCode::done;
  }
  for (quantum::NormalizedPub const& pub : jobs.get_normalized_job_input(arguments.at("ID")).pubs) {
    Json const json = to_json(pub);
    print(printable(member(json, "qasm")) + "\n");
  }
  return ExitCode::done;
}

ExitCode cancel(Arguments const& arguments) {
  quantum::JobsClient const jobs = jobs_client(arguments);
  for (std::string const& id : arguments.all("ID")) {
    try {
      jobs.cancel_job(id);
    } catch (UnprocessableEntityError const& error) {  // so the API calls a job that is over
      throw Failure{ExitCode::conflict, error.what()};
    }
    std::cerr << fmt::format("Cancelled {}\n", id);
  }
  return ExitCode::done;
}

std::vector<Option> options_of_submit() {
  std::vector<Option> options = submit_options();
  for (Option& option : options)
    if (option.name == "backend" || option.name == "shots") option.required = true;
  options.push_back({"wait", "", "Wait for the end and print the result."});
  for (Option const& option : wait_options()) options.push_back(option);
  return options;
}

std::vector<Option> options_of_list() {
  std::vector<Option> options = page_options();
  options.push_back({"execution", "ID", "Only jobs that this execution of a service submitted."});
  return options;
}

}  // namespace

Noun const noun_job{
    "job",
    "Quantum jobs.",
    {{.name = "job submit",
      .summary = "Submits a circuit file as a job and prints the job's id.",
      .positionals = {{"FILE", "OpenQASM source, or a job input as JSON (*.json)."}},
      .options = options_of_submit(),
      .prints = true,
      .examples = {"qhubctl job submit bell.qasm --backend aws.sim.sv1 --shots 1000",
                   "qhubctl job submit bell.qasm --backend aws.sim.sv1 --shots 1000 --wait --json"},
      .run = submit},
     {.name = "job list",
      .summary = "Lists your jobs, the newest first.",
      .options = options_of_list(),
      .prints = true,
      .examples = {"qhubctl job list", "qhubctl job list --size 5 --json id,status"},
      .run = list},
     {.name = "job get",
      .summary = "Shows a job.",
      .positionals = {id_of_job},
      .prints = true,
      .examples = {"qhubctl job get $JOB", "qhubctl job get $JOB -o yaml"},
      .run = get},
     {.name = "job wait",
      .summary = "Waits until jobs are over; exit code 3 if one did not end COMPLETED.",
      .positionals = {{"ID", "The jobs' ids.", true, true}},
      .options = wait_options(),
      .examples = {"qhubctl job wait $JOB --deadline 60"},
      .run = wait},
     {.name = "job watch",
      .summary = "Shows how jobs go on until they are over; in a pipe a line for each change.",
      .positionals = {{"ID", "The jobs' ids; the newest ones, until Ctrl-C, unless given.", false, true}},
      .options = {{"interval", "SECONDS", "How long between two looks. 2 unless given."},
                  {"size", "N", "How many jobs if none is named. 10 unless given."}},
      .examples = {"qhubctl job watch $JOB"},
      .run = watch},
     {.name = "job result",
      .summary = "Prints what a job computed, counts as a histogram.",
      .positionals = {id_of_job},
      .options = {{"raw", "", "The result as the provider has it, as it comes."},
                  {"file", "FILE", "Write that into a file; a download that broke off goes on where it was."}},
      .prints = true,
      .examples = {"qhubctl job result $JOB", "qhubctl job result $JOB --json result", "qhubctl job result $JOB --raw"},
      .run = result},
     {.name = "job input",
      .summary = "Prints what a job was submitted with.",
      .positionals = {id_of_job},
      .options = {{"qasm", "", "As OpenQASM, whatever it was sent as."}},
      .prints = true,
      .examples = {"qhubctl job input $JOB --qasm"},
      .run = input},
     {.name = "job cancel",
      .summary = "Cancels jobs.",
      .positionals = {{"ID", "The jobs' ids.", true, true}},
      .examples = {"qhubctl job cancel $JOB"},
      .run = cancel}}};

}  // namespace qhub::cli
