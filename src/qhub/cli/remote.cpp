#include "qhub/cli/remote.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

#include "qhub/cli/config_file.h"
#include "qhub/platform/operations.h"
#include "qhub/quantum/operations.h"
#include "qhub/sdk/credentials.h"
#include "qhub/sdk/errors.h"
#include "qhub/user/operations.h"

namespace qhub::cli {
namespace {

std::shared_ptr<Transport> test_transport;

Setting from_environment(std::initializer_list<char const*> names) {
  for (char const* name : names)
    if (char const* const value = std::getenv(name); value && *value) return {value, name};
  return {};
}

std::string below(std::string const& hub, std::string_view api) {
  return hub + (api == "quantum" ? "/quantum" : api == "user" ? "/user-service" : "/qc-catalog");
}

/// The base URL that --base-url or an API's own variable gives.
Setting given_base_url(Arguments const& arguments, std::string_view api) {
  if (auto const url = arguments.find("base-url")) return {*url, "--base-url"};
  if (arguments.flag("hub")) return {};
  if (api == "quantum") return from_environment({"QHUB_QUANTUM_BASE_URL"});
  if (api == "platform") return from_environment({"QHUB_PLATFORM_BASE_URL"});
  return api == "user" ? from_environment({"QHUB_USER_BASE_URL"}) : Setting{};
}

/// Scheme, host and port.
std::string_view origin(std::string_view url) {
  std::size_t const scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(0, url.find('/', scheme + 3));
}

bool is_vendor(std::string_view url) {
  return origin(url).starts_with("https://") && origin(url).ends_with(".hub.kipu-quantum.com");
}

/// What is kept for whoever answers at this address.
JsonObject login_for(JsonObject const& config, std::string_view url) {
  auto const answers = [&](std::string_view hub) {
    return origin(hub) == origin(url) || (is_vendor(hub) && is_vendor(url));
  };
  std::string const current = current_hub(config);
  if (answers(current)) return login_at(config, current);
  if (Json const* const hubs = config.if_contains("hubs"); hubs && hubs->is_object())
    for (auto const& hub : hubs->get_object())
      if (answers(hub.key())) return login_at(config, hub.key());
  return {};
}

/// The login that goes with an API's address.
JsonObject chosen_login(Arguments const& arguments, std::string_view api) {
  JsonObject const config = read_config_file();
  if (Setting const url = given_base_url(arguments, api); !url.value.empty()) return login_for(config, url.value);
  if (Setting const hub = hub_setting(arguments); !hub.value.empty()) return login_for(config, hub.value);
  return login_at(config, current_hub(config));
}

std::shared_ptr<sdk::Connection const> connect(Arguments const& arguments, api::OperationTable const& table) {
  return sdk::connect(table, client_options(arguments, table.api));
}

}  // namespace

Setting hub_setting(Arguments const& arguments) {
  if (auto const hub = arguments.find("hub")) return {hub_address(*hub), "--hub"};
  Setting hub = from_environment({"QHUB_URL"});
  hub.value = hub_address(hub.value);
  return hub;
}

Setting base_url_setting(Arguments const& arguments, std::string_view api) {
  if (Setting const given = given_base_url(arguments, api); !given.value.empty() || api == "service") return given;
  if (Setting const hub = hub_setting(arguments); !hub.value.empty()) return {below(hub.value, api), hub.source};
  JsonObject const config = read_config_file();
  std::string const url = endpoint_base_url(login_at(config, current_hub(config)), api);
  return url.empty() ? Setting{"", "the default"} : Setting{url, config_file_path()};
}

Setting token_setting(Arguments const& arguments, std::string_view api) {
  if (Setting token = from_environment({"KQH_SERVICE_EXECUTION_TOKEN", "KQH_PERSONAL_ACCESS_TOKEN",
                                        "PLANQK_SERVICE_EXECUTION_TOKEN", "SERVICE_EXECUTION_TOKEN",
                                        "PLANQK_PERSONAL_ACCESS_TOKEN"});
      !token.value.empty())
    return token;
  std::string token = text_at(chosen_login(arguments, api), "auth.value");
  return {token, token.empty() ? "" : config_file_path()};
}

Setting organization_setting(Arguments const& arguments) {
  if (auto const id = arguments.find("organization")) return {*id, "--organization"};
  if (Setting id = from_environment({"KQH_ORGANIZATION_ID", "PLANQK_ORGANIZATION_ID"}); !id.value.empty()) return id;
  JsonObject const login = chosen_login(arguments, "platform");
  Json const* const context = login.if_contains("context");
  Json const* const organization =
      context && context->is_object() ? context->get_object().if_contains("isOrganization") : nullptr;
  if (!organization || !organization->is_bool() || !organization->get_bool()) return {};
  return {text_at(login, "context.id"), config_file_path()};
}

ClientOptions client_options(Arguments const& arguments, std::string_view api) {
  ClientOptions options;
  std::string const token = token_setting(arguments, api).value;
  options.base_url = base_url_setting(arguments, api).value;
  if (token.empty()) {
    std::string const where =
        options.base_url.empty() ? std::string(vendor_hub) : std::string(origin(options.base_url));
    throw CredentialUnavailableError(
        fmt::format("no token for {}: qhubctl login --hub {}, or set KQH_PERSONAL_ACCESS_TOKEN", where, where));
  }
  (api == "service" ? options.token : options.api_key) = token;
  options.organization_id = organization_setting(arguments).value;
  JsonObject const login = chosen_login(arguments, api);
  if (Json const* const endpoint = login.if_contains("endpoint"); endpoint && endpoint->is_object())
    if (Json const* const headers = endpoint->get_object().if_contains("defaultHeaders");
        headers && headers->is_object())
      for (auto const& [name, value] : headers->get_object())
        if (value.is_string()) options.headers.add(std::string(name), std::string(value.get_string()));
  if (auto const seconds = arguments.integer("timeout", 1, 86'400)) options.timeout = std::chrono::seconds(*seconds);
  if (char const* const debug = std::getenv("QHUB_DEBUG"); debug && std::string_view(debug) == "api")
    options.logging = {LogLevel::debug, [](LogLevel, std::string_view line) { std::cerr << line << '\n'; }};
  options.transport = test_transport;
  return options;
}

std::shared_ptr<sdk::Connection const> quantum_api(Arguments const& arguments) {
  return connect(arguments, quantum::operations::table);
}

std::shared_ptr<sdk::Connection const> platform_api(Arguments const& arguments) {
  return connect(arguments, platform::operations::table);
}

std::shared_ptr<sdk::Connection const> user_api(Arguments const& arguments) {
  return connect(arguments, user::operations::table);
}

void use_transport(std::shared_ptr<Transport> transport) {
  test_transport = std::move(transport);
}

}  // namespace qhub::cli
