#include "qhub/cli/remote.h"

#include <cstdlib>

#include "qhub/cli/config_file.h"
#include "qhub/sdk/credentials.h"

namespace qhub::cli {
namespace {

std::string environment(char const* name) {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

ClientOptions client_options(Arguments const& arguments, std::string_view api) {
  ClientOptions options;
  options.api_key = DefaultCredentialsProvider().get_access_token();
  options.organization_id = arguments.find("organization").value_or(ContextResolver().get_organization_id());
  options.base_url = arguments.find("base-url").value_or("");
  if (options.base_url.empty() && api == "quantum") options.base_url = environment("QHUB_QUANTUM_BASE_URL");
  if (options.base_url.empty()) options.base_url = configured_base_url(api);
  if (auto const seconds = arguments.integer("timeout", 1, 86'400))
    options.timeout = std::chrono::seconds(*seconds);
  return options;
}

}  // namespace qhub::cli
