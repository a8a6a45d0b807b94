#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/json.h"

/// A folder with the source of a service.
namespace qhub::cli {

/// The description file of a project: `qhub.json` or, as the official CLI writes it, `planqk.json`.
struct Description {
  std::filesystem::path file;  ///< The one that was read.
  JsonObject members;

  [[nodiscard]] std::string text(std::string_view name) const;  ///< Empty if it is not there.
  [[nodiscard]] std::string runtime() const;                    ///< PYTHON_TEMPLATE unless given.
};
/// \throws UsageError if there is none, or it is no JSON object.
[[nodiscard]] Description read_description(std::filesystem::path const& project);
void write_description(Description const& description);

/// Which files of a project are left out of its archive: patterns as in .gitignore, read from `.qhubignore` and
/// `.planqkignore` beside what never belongs in one (.git, .venv, caches, out, archives).
class IgnoreRules {
 public:
  IgnoreRules();
  /// Adds the patterns of a text, one per line. The last one that matches decides; `!` takes a path back in.
  void add(std::string_view text);
  /// \param path  below the project, with `/`.
  [[nodiscard]] bool ignores(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    std::vector<std::string> segments;  ///< `**` stands for any number of them.
    bool only_directories = false;
    bool negated = false;
  };
  std::vector<Rule> rules_;
};

/// The files that belong into the archive, sorted, as paths below the project.
[[nodiscard]] std::vector<std::string> project_files(std::filesystem::path const& project);

/// Writes a zip archive of these files. The same files make the same archive, byte for byte.
/// \throws std::runtime_error that names the file at fault.
void write_zip(std::filesystem::path const& archive, std::filesystem::path const& project,
               std::vector<std::string> const& files);

/// What a service is started with: a member for each `input/NAME.json` of the project.
/// \throws UsageError for a file that is no JSON.
[[nodiscard]] JsonObject read_inputs(std::filesystem::path const& project);

/// The project's interpreter: that of its `.venv`, of the active environment, or python3.
[[nodiscard]] std::string project_python(std::filesystem::path const& project);

}  // namespace qhub::cli
