#include "qhub/cli/config_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "qhub/api/writer.h"
#include "qhub/sdk/credentials.h"

namespace qhub::cli {
namespace {

constexpr std::string_view platform_path = "/qc-catalog";

[[noreturn]] void fail(std::string const& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Two spaces per level, as the official CLI writes it.
void write_indented(Json const& json, std::string& text, int depth) {
  if (!json.is_object() || json.get_object().empty()) {
    text += api::to_text(json);
    return;
  }
  text += "{";
  bool first = true;
  for (auto const& [name, value] : json.get_object()) {
    text += fmt::format("{}\n{:{}}{}: ", first ? "" : ",", "", 2 * (depth + 1), api::to_text(Json(name)));
    write_indented(value, text, depth + 1);
    first = false;
  }
  text += fmt::format("\n{:{}}}}", "", 2 * depth);
}

}  // namespace

JsonObject read_config_file() {
  std::string const path = config_file_path();
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  boost::json::error_code status;
  Json json = boost::json::parse(text, status);
  if (status || !json.is_object())
    throw std::runtime_error(fmt::format("{} is not a JSON object; mend or remove it", path));
  return std::move(json.get_object());
}

void write_config_file(JsonObject const& config) {
  std::string const path = config_file_path();
  if (path.empty())
    throw std::runtime_error("no place for the configuration file: neither HOME nor KQH_CONFIG_FILE_PATH is set");
  std::filesystem::path const folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  std::string text;
  write_indented(config, text, 0);
  text += '\n';

  std::string temporary = path + ".XXXXXX";
  int const file = mkstemp(temporary.data());  // made with mode 0600
  if (file < 0) fail("cannot write beside " + path);
  bool const written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  close(file);
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) {
    int const cause = errno;
    unlink(temporary.c_str());
    errno = cause;
    fail("cannot write " + path);
  }
}

std::string configured_base_url(std::string_view api) {
  JsonObject const config = read_config_file();
  auto const* endpoint = config.if_contains("endpoint");
  if (!endpoint || !endpoint->is_object()) return "";
  auto const text = [&](std::string_view name) -> std::string {
    auto const* value = endpoint->get_object().if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : "";
  };
  if (std::string const own = text(fmt::format("{}BasePath", api)); !own.empty()) return own;
  std::string base = text("basePath");
  if (api == "platform" || !base.ends_with(platform_path)) return api == "platform" ? base : "";
  base.resize(base.size() - platform_path.size());
  return base + (api == "quantum" ? "/quantum" : "/user-service");
}

}  // namespace qhub::cli
