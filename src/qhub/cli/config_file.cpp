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

#include "qhub/cli/json_text.h"
#include "qhub/sdk/credentials.h"

namespace qhub::cli {
namespace {

constexpr std::string_view platform_path = "/qc-catalog";

[[noreturn]] void fail(std::string const& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

constexpr std::string_view moved[] = {"auth", "endpoint", "context"};

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
  std::string const text = indented(config) + '\n';

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

std::string hub_address(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

std::string text_at(JsonObject const& object, std::string_view path) {
  Json const* const value = member_at(object, path);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::string current_hub(JsonObject const& config) {
  std::string base = hub_address(text_at(config, "endpoint.basePath"));
  if (base.ends_with(platform_path)) base.resize(base.size() - platform_path.size());
  return base.empty() ? std::string(vendor_hub) : base;
}

JsonObject login_at(JsonObject const& config, std::string_view hub) {
  JsonObject login;
  if (hub == current_hub(config)) {
    for (std::string_view const name : moved)
      if (Json const* const value = config.if_contains(name)) login[name] = *value;
    return login;
  }
  Json const* const hubs = config.if_contains("hubs");
  Json const* const kept = hubs && hubs->is_object() ? hubs->get_object().if_contains(hub) : nullptr;
  return kept && kept->is_object() ? kept->get_object() : JsonObject();
}

void switch_hub(JsonObject& config, std::string_view hub) {
  std::string const before = current_hub(config);
  if (hub == before) return;
  JsonObject const old_login = login_at(config, before), login = login_at(config, hub);
  if (!config["hubs"].is_object()) config["hubs"] = JsonObject();
  JsonObject& hubs = config["hubs"].get_object();
  if (old_login.contains("auth")) hubs[before] = old_login;
  hubs.erase(hub);
  for (std::string_view const name : moved) config.erase(name);
  for (auto const& [name, value] : login) config[name] = value;
  if (!login.contains("endpoint") && hub != vendor_hub)
    config["endpoint"] = {{"basePath", fmt::format("{}{}", hub, platform_path)}};
  if (config["hubs"].get_object().empty()) config.erase("hubs");
}

std::string endpoint_base_url(JsonObject const& login, std::string_view api) {
  if (std::string const own = text_at(login, fmt::format("endpoint.{}BasePath", api)); !own.empty()) return own;
  std::string base = text_at(login, "endpoint.basePath");
  if (api == "platform" || !base.ends_with(platform_path)) return api == "platform" ? base : "";
  base.resize(base.size() - platform_path.size());
  return base + (api == "quantum" ? "/quantum" : "/user-service");
}

}  // namespace qhub::cli
