#include "qhub/cli/run_service.h"

#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "qhub/api/codec.h"
#include "qhub/cli/executions.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/service_project.h"
#include "qhub/platform.hpp"

namespace qhub::cli {
namespace {

using namespace std::chrono_literals;

Json parse_text(std::string const& text, std::string const& where) {
  Result<Json> json = api::parse(text);
  if (!json) throw UsageError{fmt::format("{}: {}", where, json.error().message)};
  return *std::move(json);
}

/// --input or the pair of data and params; else the files of the project's folder input/.
JsonObject input_of(Arguments const& arguments) {
  JsonObject input;
  bool given = false;
  if (auto const file = arguments.find("input-file")) {
    Json json = read_json_file(*file);
    if (!json.is_object()) throw UsageError{*file + " must hold an object of parameters"};
    input = std::move(json.get_object());
    given = true;
  }
  for (std::string const name : {"data", "params"}) {
    if (auto const text = arguments.find(name)) {
      input[name] = parse_text(*text, "--" + name);
      given = true;
    } else if (auto const file = arguments.find(name + "-file")) {
      input[name] = read_json_file(*file);
      given = true;
    }
  }
  return given ? input : read_inputs(".");
}

}  // namespace

ExitCode run_service(Arguments const& arguments) {
  std::string service = arguments.find("FILE").value_or("");
  if (service.empty()) service = read_description(".").text("serviceId");
  if (service.empty())
    throw UsageError{
        "Missing service id. Please provide a service id as argument or set it in the planqk.json of your project."};
  HubPlatformClient const client(client_options(arguments, "platform"));
  platform::CreateServiceJobRequest request;
  request.service_id = service;
  request.input = Json(input_of(arguments));
  platform::ServiceJobDto const job = client.service_jobs().create_service_job(request);
  std::string const id = job.id.value_or("");
  if (arguments.flag("detached")) {
    std::cout << fmt::format("Job ({}) created.\n", id);
    return ExitCode::done;
  }
  std::cerr << fmt::format("Running Job ({})\n", id);

  auto const deadline = arguments.integer("deadline", 1, 31'536'000);
  auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(deadline.value_or(31'536'000));
  auto const executions = client.service_executions();
  LogFollower log(executions, id);
  std::string status;
  for (auto pause = 20ms;; pause = std::min<std::chrono::milliseconds>(pause * 3 / 2, 2s)) {
    status = client.service_jobs().get_service_job(id).status.value_or(platform::ExecutionStatus()).text();
    log.show([](std::string_view line) { std::cerr << line << '\n'; });
    if (is_final_execution(status)) break;
    if (std::chrono::steady_clock::now() >= until) {
      std::cerr << "qhubctl: Timeout polling status.\n";
      return ExitCode::deadline;
    }
    std::this_thread::sleep_for(pause);
  }
  auto const result = executions.get_service_execution_result(id);
  if (result) {
    Json shown = *result;
    if (!arguments.flag("json") && shown.is_object()) {
      // For people: what the service computed, and the names of its other files.
      boost::json::array files;
      if (Json const* const links = shown.get_object().if_contains("_links"); links && links->is_object())
        for (auto const& [name, link] : links->get_object())
          if (name != "self" && name != "status" && name != "output.json") files.emplace_back(name);
      shown.get_object().erase("_links");
      shown.get_object().erase("_embedded");
      for (Json const& file : files) std::cerr << fmt::format("Result file: {}\n", std::string(file.get_string()));
    }
    std::cout << api::to_text(shown) << '\n';
  }
  if (status == "SUCCEEDED") {
    std::cerr << "Job succeeded.\n";
    return ExitCode::done;
  }
  std::cerr << (status == "FAILED" ? "Job failed.\n" : "Job canceled.\n");
  return ExitCode::job_failed;
}

}  // namespace qhub::cli
