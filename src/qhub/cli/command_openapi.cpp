#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "qhub/api/codec.h"
#include "qhub/cli/commands.h"
#include "qhub/cli/service_project.h"

extern char** environ;

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;

/// Lets the official runtime read the signature of the entrypoint. Returns whether it could.
bool ask_runtime(std::string const& python, fs::path const& project, std::string const& entrypoint,
                 fs::path const& output) {
  // The runtime imports the entrypoint from where it runs; the document goes to its standard output.
  std::string const script =
      "import sys; sys.path.insert(0, sys.argv[1])\n"
      "from qhub.commons.openapi.generator import generate_openapi\n"
      "generate_openapi(sys.argv[2], sys.argv[3])\n";
  std::string const folder = fs::absolute(project).lexically_normal().string();
  std::string const title = fs::path(folder).filename().string();
  std::vector<std::string> words{python, "-Bc", script, folder, entrypoint, title};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  pid_t child = -1;
  int const error = ::posix_spawnp(&child, python.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (error != 0 || ::waitpid(child, &status, 0) != child) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool has_runtime(std::string const& python) {
  return std::system(fmt::format("'{}' -c 'import qhub.commons.openapi' 2>/dev/null", python).c_str()) == 0;
}

/// A schema that the value fits (OpenAPI 3.1, JSON Schema).
Json schema_of(Json const& value) {
  switch (value.kind()) {
    case boost::json::kind::object: {
      JsonObject properties;
      for (auto const& [name, member] : value.get_object()) properties[name] = schema_of(member);
      return {{"type", "object"}, {"properties", std::move(properties)}};
    }
    case boost::json::kind::array:
      return {{"type", "array"},
              {"items", value.get_array().empty() ? Json(JsonObject()) : schema_of(value.get_array().front())}};
    case boost::json::kind::string:
      return {{"type", "string"}, {"example", value}};
    case boost::json::kind::bool_:
      return {{"type", "boolean"}, {"example", value}};
    case boost::json::kind::null:
      return JsonObject();
    default:
      return {{"type", value.is_double() ? "number" : "integer"}, {"example", value}};
  }
}

/// The description of a service whose parameters are known only by examples. JSON, which is YAML as well.
Json infer(fs::path const& project, JsonObject const& inputs) {
  JsonObject properties;
  boost::json::array required;
  for (auto const& [name, value] : inputs) {
    properties[name] = schema_of(value);
    required.emplace_back(name);
  }
  Json const execution = {{"description", "The execution."},
                          {"content", {{"application/json", {{"schema", {{"type", "object"}}}}}}}};
  return {{"openapi", "3.1.0"},
          {"info", {{"title", fs::absolute(project).lexically_normal().filename().string()}, {"version", "1"}}},
          {"paths",
           {{"/",
             {{"post",
               {{"summary", "Starts an execution"},
                {"requestBody",
                 {{"required", true},
                  {"content",
                   {{"application/json",
                     {{"schema", {{"type", "object"}, {"properties", properties}, {"required", required}}}}}}}}},
                {"responses", {{"201", execution}}}}}}}}}};
}

ExitCode run(Arguments const& arguments) {
  fs::path const project = arguments.find("workspace").value_or(".");
  if (!fs::is_directory(project)) throw UsageError{"there is no folder " + project.string()};
  fs::path const output = arguments.find("output").value_or((project / "openapi.yaml").string());
  std::string const entrypoint = arguments.find("entrypoint").value_or("src.program:run");
  std::string const python = arguments.find("python").value_or(project_python(project));
  if (fs::exists(project / "src/program.py") || arguments.find("entrypoint")) {
    fs::path const unfinished = output.string() + ".new";
    if (has_runtime(python)) {
      bool const done = ask_runtime(python, project, entrypoint, unfinished);
      if (done)
        fs::rename(unfinished, output);
      else
        fs::remove(unfinished);
      if (!done) throw std::runtime_error(fmt::format("the entrypoint {} cannot be described, see above", entrypoint));
      std::cout << output.string() << '\n';
      return ExitCode::done;
    }
    std::cerr << fmt::format("qhubctl: {} has no qhub-commons: the parameters are inferred from input/*.json\n",
                             python);
  }
  JsonObject const inputs = read_inputs(project);
  if (inputs.empty())
    throw UsageError{fmt::format("{} has no input/*.json to infer parameters from", project.string())};
  std::ofstream file(output, std::ios::binary | std::ios::trunc);
  file << api::to_text(infer(project, inputs)) << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write " + output.string());
  std::cout << output.string() << '\n';
  return ExitCode::done;
}

}  // namespace

Command const command_openapi{
    .name = "openapi",
    .summary = "Writes openapi.yaml: how the project's service is called.",
    .options = {{"output", "FILE", "openapi.yaml in the project unless given.", 'o'},
                {"workspace", "FOLDER", "The project. Where you are unless given."},
                {"entrypoint", "MODULE:FUNCTION", "What is described. src.program:run unless given."},
                {"python", "FILE", "Interpreter with qhub-commons. That of .venv or of $VIRTUAL_ENV, else python3."}},
    .remote = false,
    .examples = {"qhubctl openapi"},
    .run = run};

}  // namespace qhub::cli
