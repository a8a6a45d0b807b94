#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/hub_program.h"
#include "qhub/cli/service_project.h"

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;

ExitCode run(Arguments const& arguments) {
  fs::path const project = arguments.find("workspace").value_or(".");
  if (!fs::is_directory(project)) throw UsageError{"there is no folder " + project.string()};
  std::string entrypoint;
  bool is_native = false;
  // The official tool serves projects without a description, too.
  if (fs::exists(project / "qhub.json") || fs::exists(project / "planqk.json")) {
    Description const description = read_description(project);
    is_native = description.runtime() == "EXECUTABLE";
    if (Json const* const environment = description.members.if_contains("environment"))
      if (JsonObject const* const variables = environment->if_object())
        if (Json const* const value = variables->if_contains("ENTRYPOINT"); value && value->is_string())
          entrypoint = value->get_string();
  }
  if (auto const given = arguments.find("entrypoint")) entrypoint = *given;
  if (entrypoint.starts_with("user_code.")) entrypoint.erase(0, 10);
  if (entrypoint.empty()) entrypoint = is_native ? "run" : "src.program:run";

  std::vector<std::string> command{hub_program(),  "develop",
                                   "--workspace",  project.string(),
                                   "--entrypoint", entrypoint,
                                   "--host",       arguments.find("host").value_or("127.0.0.1"),
                                   "--port",       std::to_string(arguments.integer("port", 0, 65'535).value_or(8081))};
  if (is_native)
    command.emplace_back("--native");
  else
    command.insert(command.end(), {"--python", arguments.find("python").value_or(project_python(project))});
  std::vector<char*> pointers;
  for (std::string& word : command) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::cout.flush();
  ::execvp(pointers[0], pointers.data());
  throw std::runtime_error(fmt::format("cannot start {}: {}", command[0], std::strerror(errno)));
}

}  // namespace

Command const command_serve{
    .name = "serve",
    .summary = "Runs the project's service on this machine, without a hub; each call runs the code as it is then.",
    .options = {{"port", "N", "Port to listen on. 8081 unless given; 0 takes any free one.", 'p'},
                {"host", "ADDRESS", "Address to listen on. 127.0.0.1 unless given."},
                {"workspace", "FOLDER", "The project. Where you are unless given."},
                {"entrypoint", "MODULE:FUNCTION", "What is called. src.program:run unless given."},
                {"python", "FILE", "Interpreter with qhub-commons. That of .venv or of $VIRTUAL_ENV, else python3."}},
    .remote = false,
    .examples = {"qhubctl serve", "qhubctl serve -p 0 --workspace ."},
    .run = run};

}  // namespace qhub::cli
