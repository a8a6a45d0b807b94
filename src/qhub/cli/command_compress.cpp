#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/service_project.h"

namespace qhub::cli {
namespace {

ExitCode run(Arguments const& arguments) {
  std::filesystem::path const project = arguments.find("workspace").value_or(".");
  std::filesystem::path const archive = arguments.find("output").value_or("user_code.zip");
  if (!std::filesystem::is_directory(project)) throw UsageError{"there is no folder " + project.string()};
  std::vector<std::string> const files = project_files(project);
  if (files.empty()) throw UsageError{"nothing is left to pack in " + project.string()};
  write_zip(archive, project, files);
  std::cout << fmt::format("{}: {} files, {} bytes\n", archive.string(), files.size(),
                           std::filesystem::file_size(archive));
  return ExitCode::done;
}

}  // namespace

Command const command_compress{
    .name = "compress",
    .summary = "Packs the source of a service into a zip archive, without what .qhubignore names.",
    .options = {{"output", "FILE", "The archive. user_code.zip unless given.", 'o'},
                {"workspace", "FOLDER", "The project. Where you are unless given."}},
    .remote = false,
    .examples = {"qhubctl compress", "qhubctl compress -o source.zip"},
    .run = run};

}  // namespace qhub::cli
