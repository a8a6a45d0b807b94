#include "qhub/sdk/credentials.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "qhub/sdk/errors.h"

namespace qhub {
namespace {

std::string from_environment(std::initializer_list<char const*> names) {
  for (char const* name : names)
    if (char const* value = std::getenv(name); value && *value) return value;
  return "";
}

bool exists(std::string const& path) {
  std::error_code status;
  return std::filesystem::exists(path, status);
}

boost::json::object read_config(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw CredentialUnavailableError(fmt::format("Failed to parse config file: cannot read {}", path));
  boost::json::error_code status;
  boost::json::value json = boost::json::parse(text, status);
  if (status || !json.is_object()) throw CredentialUnavailableError("Failed to parse config file: Invalid JSON");
  return std::move(json.get_object());
}

std::string text_member(boost::json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

}  // namespace

std::string config_file_path() {
  std::string const home = from_environment({"HOME"});
  std::string path = from_environment({"KQH_CONFIG_FILE_PATH", "PLANQK_CONFIG_FILE_PATH"});
  if (path.empty() && !home.empty()) path = home + "/.config/qhubctl/config.json";
  if (exists(path) || home.empty()) return path;
  std::string const older = home + "/.config/planqk/config.json";
  return exists(older) ? older : path;
}

std::string StaticCredential::get_access_token() const {
  if (token_.empty()) throw CredentialUnavailableError("Access token not set");
  return token_;
}

std::string EnvironmentCredential::get_access_token() const {
  std::string token =
      from_environment({"KQH_SERVICE_EXECUTION_TOKEN", "KQH_PERSONAL_ACCESS_TOKEN", "PLANQK_SERVICE_EXECUTION_TOKEN",
                        "SERVICE_EXECUTION_TOKEN", "PLANQK_PERSONAL_ACCESS_TOKEN"});
  if (token.empty())
    throw CredentialUnavailableError(
        "None of the environment variables KQH_SERVICE_EXECUTION_TOKEN, KQH_PERSONAL_ACCESS_TOKEN, "
        "PLANQK_SERVICE_EXECUTION_TOKEN, or PLANQK_PERSONAL_ACCESS_TOKEN are set");
  return token;
}

ConfigFileCredential::ConfigFileCredential() : path_(config_file_path()) {}

std::string ConfigFileCredential::get_access_token() const {
  if (path_.empty()) throw CredentialUnavailableError("Config file location not set");
  if (!exists(path_)) throw CredentialUnavailableError(fmt::format("Config file at {} does not exist", path_));
  auto const config = read_config(path_);
  auto const* auth = config.if_contains("auth");
  if (!auth || !auth->is_object())
    throw CredentialUnavailableError("Failed to parse config file: Missing expected value - 'auth'");
  std::string token = text_member(auth->get_object(), "value");
  if (token.empty()) throw CredentialUnavailableError("Failed to parse config file: Missing expected value - 'value'");
  return token;
}

DefaultCredentialsProvider::DefaultCredentialsProvider(std::optional<std::string> access_token) {
  if (access_token) chain_.push_back(std::make_unique<StaticCredential>(std::move(*access_token)));
  chain_.push_back(std::make_unique<EnvironmentCredential>());
  chain_.push_back(std::make_unique<ConfigFileCredential>());
}

std::string DefaultCredentialsProvider::get_access_token() const {
  for (auto const& provider : chain_) {
    try {
      return provider->get_access_token();
    } catch (CredentialUnavailableError const&) {  // the next one may have it
    }
  }
  throw CredentialUnavailableError(
      "Credentials not found. Please set your personal access token as parameter, in the environment, or use 'qhubctl "
      "login' to authenticate.");
}

ContextResolver::ContextResolver() : path_(config_file_path()) {}

std::optional<Context> ContextResolver::get_context() const {
  if (!exists(path_)) return std::nullopt;
  auto const config = read_config(path_);
  auto const* context = config.if_contains("context");
  if (!context || !context->is_object()) return std::nullopt;
  auto const& object = context->get_object();
  auto const* is_organization = object.if_contains("isOrganization");
  return Context{text_member(object, "id"), text_member(object, "displayName"),
                 is_organization && is_organization->is_bool() && is_organization->get_bool(),
                 text_member(object, "role"), text_member(object, "accountType")};
}

std::string ContextResolver::get_organization_id() const {
  std::string const id = from_environment({"KQH_ORGANIZATION_ID", "PLANQK_ORGANIZATION_ID"});
  if (!id.empty()) return id;
  std::optional<Context> const context = get_context();
  return context && context->is_organization ? context->id : "";
}

}  // namespace qhub
