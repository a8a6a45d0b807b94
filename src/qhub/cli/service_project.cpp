#include "qhub/cli/service_project.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "qhub/api/codec.h"
#include "qhub/cli/command.h"

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view always_ignored =
    ".git/\n.venv/\nvenv/\n__pycache__/\n*.pyc\n.pytest_cache/\nnode_modules/\n/out/\n/datapool/\n*.zip\n";

std::string read_text(fs::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw UsageError{fmt::format("cannot read {}", file.string())};
  return text;
}

Json read_json(fs::path const& file) {
  Result<Json> json = api::parse(read_text(file));
  if (!json) throw UsageError{fmt::format("{}: {}", file.string(), json.error().message)};
  return *std::move(json);
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t begin = 0; begin <= path.size();) {
    std::size_t const end = std::min(path.find('/', begin), path.size());
    if (end > begin) segments.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

using Segments = std::vector<std::string>;

bool matches(Segments const& pattern, std::size_t p, Segments const& path, std::size_t s) {
  if (p == pattern.size()) return s == path.size();
  if (pattern[p] == "**") {
    // At the end it stands for what is inside, elsewhere for any number of directories.
    if (p + 1 == pattern.size()) return s < path.size();
    for (std::size_t skip = s; skip <= path.size(); ++skip)
      if (matches(pattern, p + 1, path, skip)) return true;
    return false;
  }
  return s < path.size() && ::fnmatch(pattern[p].c_str(), path[s].c_str(), 0) == 0 &&
         matches(pattern, p + 1, path, s + 1);
}

void add_files(fs::path const& project, fs::path const& below, IgnoreRules const& rules,
               std::vector<std::string>& files) {
  for (fs::directory_entry const& entry : fs::directory_iterator(project / below)) {
    fs::path const path = below / entry.path().filename();
    bool const is_directory = entry.is_directory() && !entry.is_symlink();
    if (rules.ignores(path.generic_string(), is_directory)) continue;
    if (is_directory)
      add_files(project, path, rules, files);
    else if (entry.is_regular_file())
      files.push_back(path.generic_string());
  }
}

}  // namespace

std::string Description::text(std::string_view name) const {
  Json const* const value = members.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string Description::runtime() const {
  std::string const runtime = text("runtime");
  return runtime.empty() ? "PYTHON_TEMPLATE" : runtime;
}

Description read_description(fs::path const& project) {
  for (char const* const name : {"qhub.json", "planqk.json"}) {
    fs::path const file = project / name;
    if (!fs::exists(file)) continue;
    Json json = read_json(file);
    if (!json.is_object()) throw UsageError{fmt::format("{} is no JSON object", file.string())};
    return {file, std::move(json.get_object())};
  }
  throw UsageError{fmt::format("there is no qhub.json or planqk.json in {}; `qhubctl init` makes a project",
                               fs::absolute(project).lexically_normal().string())};
}

void write_description(Description const& description) {
  // Members keep their order; a line for each, as the official CLI writes them.
  std::string text = "{\n";
  for (auto member = description.members.begin(); member != description.members.end(); ++member)
    text += fmt::format("  {}: {}{}\n", api::to_text(Json(member->key())), api::to_text(member->value()),
                        std::next(member) == description.members.end() ? "" : ",");
  text += "}\n";
  std::ofstream(description.file, std::ios::binary | std::ios::trunc) << text;
}

IgnoreRules::IgnoreRules() {
  add(always_ignored);
}

void IgnoreRules::add(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    Rule rule;
    if (line.front() == '!') {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.only_directories = true;
      line.remove_suffix(1);
    }
    // Without a slash but at its end a pattern counts in every directory.
    if (line.find('/') == std::string_view::npos) rule.segments.emplace_back("**");
    for (std::string& segment : split(line)) rule.segments.push_back(std::move(segment));
    rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::ignores(std::string_view path, bool is_directory) const {
  Segments const segments = split(path);
  bool ignored = false;
  for (Rule const& rule : rules_)
    if ((is_directory || !rule.only_directories) && matches(rule.segments, 0, segments, 0)) ignored = !rule.negated;
  return ignored;
}

std::vector<std::string> project_files(fs::path const& project) {
  IgnoreRules rules;
  for (char const* const name : {".planqkignore", ".qhubignore"})
    if (fs::exists(project / name)) rules.add(read_text(project / name));
  std::vector<std::string> files;
  add_files(project, "", rules, files);
  std::ranges::sort(files);
  return files;
}

void write_zip(fs::path const& archive_file, fs::path const& project, std::vector<std::string> const& files) {
  struct Close {
    void operator()(archive* writer) const { archive_write_free(writer); }
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
  };
  std::unique_ptr<archive, Close> const writer(archive_write_new());
  auto const check = [&](la_ssize_t status, std::string const& what) {
    if (status < ARCHIVE_WARN)
      throw std::runtime_error(fmt::format("{}: {}", what, archive_error_string(writer.get())));
  };
  check(archive_write_set_format_zip(writer.get()), archive_file.string());
  check(archive_write_open_filename(writer.get(), archive_file.c_str()), archive_file.string());
  for (std::string const& name : files) {
    std::string const content = read_text(project / name);
    std::unique_ptr<archive_entry, Close> const entry(archive_entry_new());
    archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), ::access((project / name).c_str(), X_OK) == 0 ? 0755 : 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_entry_set_mtime(entry.get(), 946'684'800, 0);  // 2000-01-01: times of files are no part of a source
    check(archive_write_header(writer.get(), entry.get()), name);
    check(archive_write_data(writer.get(), content.data(), content.size()), name);
  }
  check(archive_write_close(writer.get()), archive_file.string());
}

JsonObject read_inputs(fs::path const& project) {
  JsonObject inputs;
  if (!fs::is_directory(project / "input")) return inputs;
  std::vector<fs::path> files;
  for (fs::directory_entry const& entry : fs::directory_iterator(project / "input"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  for (fs::path const& file : files) inputs[file.stem().string()] = read_json(file);
  return inputs;
}

std::string project_python(fs::path const& project) {
  fs::path const own = fs::absolute(project) / ".venv/bin/python";
  if (fs::exists(own)) return own.string();
  char const* const active = std::getenv("VIRTUAL_ENV");
  if (active && *active && fs::exists(fs::path(active) / "bin/python")) return std::string(active) + "/bin/python";
  return "/usr/bin/python3";
}

}  // namespace qhub::cli
