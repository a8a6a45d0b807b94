#include "qhub/sdk/internal/endpoint.h"

#include <fmt/format.h>

#include <stdexcept>

#include "qhub/sdk/internal/redaction.h"

namespace qhub::sdk {

Endpoint make_endpoint(api::OperationTable const& table, ClientOptions options, bool has_token) {
  Credential const credential = table.api == "service" ? Credential::bearer : Credential::api_key;
  if (credential == Credential::api_key && options.api_key.empty())
    throw std::invalid_argument("Please provide 'api_key' when initializing the client");
  if (credential == Credential::bearer && options.token.empty() && !has_token)
    throw std::invalid_argument("Please provide 'token' when initializing the client");

  std::string base_url = options.base_url.empty() ? options.environment : options.base_url;
  if (base_url.empty() && credential == Credential::bearer)  // its default is a template that nothing fills in
    throw std::invalid_argument("Please pass in either base_url or environment to construct the client");
  if (base_url.empty()) base_url = table.default_base_url;
  while (base_url.ends_with('/')) base_url.pop_back();
  return {credential, std::move(options), std::move(base_url)};
}

Endpoint sibling_of(Endpoint const& endpoint, api::OperationTable const& from, api::OperationTable const& to) {
  auto const last_segment = [](std::string_view url) { return url.substr(url.rfind('/')); };
  std::string_view const ending = last_segment(from.default_base_url);
  if (!endpoint.base_url.ends_with(ending))
    throw std::invalid_argument(fmt::format("the base URL '{}' does not end in {}, so the {} API is not to be found beside it",
                                            without_secrets(endpoint.base_url), ending, to.api));
  Endpoint sibling = endpoint;
  sibling.base_url.erase(sibling.base_url.size() - ending.size());
  sibling.base_url += last_segment(to.default_base_url);
  sibling.options.organization_id.clear();  // the account is asked about, whatever it acts for
  return sibling;
}

std::string token_of(Endpoint const& endpoint) {
  return endpoint.credential == Credential::api_key ? endpoint.options.api_key.get() : endpoint.options.token.get();
}

bool logs(Endpoint const& endpoint, LogLevel level) {
  return endpoint.options.logging.sink && level >= endpoint.options.logging.level;
}

}  // namespace qhub::sdk
