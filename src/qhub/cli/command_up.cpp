#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <thread>

#include "qhub/cli/commands.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/service_project.h"
#include "qhub/platform.hpp"

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A directory that goes with its owner.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((fs::temp_directory_path() / "qhubctl.XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("cannot make a temporary directory");
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(TemporaryDirectory const&) = delete;
  TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
  [[nodiscard]] fs::path path() const { return path_; }

 private:
  std::string path_;
};

double number(JsonObject const& object, std::string_view name, double otherwise) {
  Json const* const value = object.if_contains(name);
  return value && value->is_number() ? value->to_number<double>() : otherwise;
}

/// What the description asks for: cores and GB, as the API counts them.
std::vector<platform::ServiceResourceConfiguration> resources_of(Description const& description) {
  JsonObject resources;
  if (Json const* const given = description.members.if_contains("resources"); given && given->is_object())
    resources = given->get_object();
  std::vector<platform::ServiceResourceConfiguration> configurations{
      Json{{"type", "cpu"}, {"amount", std::llround(number(resources, "cpu", 1) * 1000)}, {"unit", "m"}},
      Json{{"type", "memory"}, {"amount", std::llround(number(resources, "memory", 2) * 1024)}, {"unit", "M"}}};
  if (Json const* const gpu = resources.if_contains("gpu"); gpu && gpu->is_object())
    if (Json const* const type = gpu->get_object().if_contains("type"); type && type->is_string())
      configurations.emplace_back(Json{
          {"type", "gpu"}, {"amount", std::llround(number(gpu->get_object(), "count", 1))}, {"accelerator", *type}});
  return configurations;
}

std::map<std::string, std::string> environment_of(Description const& description) {
  std::map<std::string, std::string> environment;
  if (Json const* const given = description.members.if_contains("environment"); given && given->is_object())
    for (auto const& [name, value] : given->get_object()) {
      if (!value.is_string())
        throw UsageError{
            fmt::format("{}: environment.{} must be a text", description.file.string(), std::string(name))};
      environment[name] = value.get_string();
    }
  return environment;
}

/// Follows the build; prints its log if it fails, or with `verbose` anyway.
ExitCode wait_for_build(platform::ManagedServicesClient const& client, std::string const& id,
                        std::chrono::seconds deadline, bool verbose) {
  auto const until = std::chrono::steady_clock::now() + deadline;
  std::size_t shown = 0;
  for (auto pause = 100ms;; pause = std::min<std::chrono::milliseconds>(pause * 3 / 2, 2s)) {
    platform::BuildJobDto const build = client.get_managed_service_build_status(id);
    std::string const status = build.status.value_or(platform::BuildJobDtoStatus()).text();
    bool const ended = status != "WORKING";
    if (verbose || (ended && status != "SUCCESS")) {
      std::vector<platform::LogEntry> const log = client.get_managed_service_build_logs(id);
      for (; shown < log.size(); ++shown) std::cerr << "  " << log[shown].message.value_or("") << '\n';
    }
    if (status == "SUCCESS") return ExitCode::done;
    if (ended) {
      std::string const summary = build.validation_result ? build.validation_result->summary.value_or("") : "";
      std::cerr << fmt::format("qhubctl: Failed creating service: {}\n", summary);
      return ExitCode::failure;
    }
    if (std::chrono::steady_clock::now() >= until) {
      std::cerr << "qhubctl: Still pending; the build goes on. `qhubctl api platform.managed_services."
                   "get_managed_service_build_status` tells how it ends.\n";
      return ExitCode::deadline;
    }
    std::this_thread::sleep_for(pause);
  }
}

ExitCode run(Arguments const& arguments) {
  fs::path const project = arguments.find("workspace").value_or(".");
  bool const silent = arguments.flag("silent");
  Description description = read_description(project);
  std::string const name = description.text("name");
  if (name.empty()) throw UsageError{fmt::format("{}: name is missing", description.file.string())};
  std::vector<std::string> const files = project_files(project);
  TemporaryDirectory const temporary;
  fs::path const archive = temporary.path() / "user_code.zip";
  write_zip(archive, project, files);
  if (!silent) std::cerr << fmt::format("Packed {} files, {} bytes\n", files.size(), fs::file_size(archive));

  HubPlatformClient const client(client_options(arguments, "platform"));
  auto const managed = client.managed_services();
  platform::ServiceRuntimeConfiguration runtime;
  runtime.runtime = platform::ServiceRuntimeConfigurationRuntime(description.runtime());
  runtime.environment = environment_of(description);
  std::string id = description.text("serviceId");
  bool const is_new = id.empty();
  if (is_new) {
    platform::CreateManagedServiceRequest request;
    request.name = name;
    request.description = description.text("description");
    request.source = Json(JsonObject{{"type", "file"}});
    request.runtime_configuration = runtime;
    request.resource_configurations = resources_of(description);
    id = managed.create_managed_service(request).id.value_or("");
    // Written at once: if the rest fails, the next `up` goes on with this service.
    description.members["serviceId"] = id;
    write_description(description);
  } else {
    if (std::string const text = description.text("description"); !text.empty()) {
      platform::UpdateServiceDescriptionRequest request;
      request.description = text;
      client.services().update_service_description(id, request);
    }
    platform::UpdateManagedServiceRuntimeConfigurationRequest request;
    request.runtime = runtime.runtime;
    request.environment = runtime.environment;
    managed.update_managed_service_runtime_configuration(id, request);
    for (auto const& configuration : resources_of(description))
      managed.update_managed_service_resource_configuration(id, {.request = configuration});
  }
  for (char const* const document : {"openapi.yaml", "openapi-spec.yml"})
    if (fs::exists(project / document)) {
      client.services().update_service_open_api(id, {.file = File::at(project / document)});
      break;
    }
  managed.upload_managed_service_source(id, {.file = File::at(archive)});
  managed.build_managed_service(id);
  auto const deadline = std::chrono::seconds(arguments.integer("deadline", 1, 86'400).value_or(600));
  ExitCode const code = wait_for_build(managed, id, deadline, !silent);
  if (code != ExitCode::done) return code;
  std::cout << (is_new ? "Service created" : "Service updated") << ": " << id << '\n';
  platform::ServiceDto const service = client.services().get_service(id);
  if (!silent && service.service_definitions && !service.service_definitions->empty())
    std::cerr << "Called at " << service.service_definitions->front().gateway_endpoint.value_or("") << '\n';
  return code;
}

}  // namespace

Command const command_up{
    .name = "up",
    .summary = "Deploys the project as a managed service: packs it, uploads it, follows its build.",
    .options = {{"silent", "", "Print one line at the end, for scripts."},
                {"workspace", "FOLDER", "The project. Where you are unless given."},
                {"deadline", "SECONDS", "Stop following the build after this long; it goes on. 600 unless given."}},
    .examples = {"qhubctl up", "qhubctl up --silent"},
    .run = run};

}  // namespace qhub::cli
