#include "qhub/hub/platform/provider_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <span>

#include "qhub/hub/resource/errors.h"
#include "qhub/hub/resource/settings.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::string_view prefix = "provider-token/";

struct Vendor {
  std::string_view type;
  std::span<std::string_view const> members;  ///< Of its credentials.
};
constexpr std::string_view value[] = {"value"};
constexpr std::string_view cloud[] = {"serviceCrn", "apiKey"};
constexpr Vendor vendors[] = {{"DWAVE", value}, {"IBM", value}, {"IBM_CLOUD", cloud}};

std::string name_of(std::string_view type) {
  return std::string(prefix).append(type);
}

std::string context(std::string_view tenant_id, std::string_view type) {
  return fmt::format("provider token {} of {}", type, tenant_id);
}

}  // namespace

Result<platform::ProviderToken> get_provider_token(Transaction& tx, Vault const& vault, std::string_view tenant_id,
                                                   std::string_view type) {
  auto const stored = find_setting(tx, tenant_id, name_of(type));
  if (!stored) return not_found(fmt::format("no credentials are stored for {}", type));
  Result<std::string> const text =
      vault.open_sealed(text_member(*stored, "sealed").value_or(""), context(tenant_id, type));
  if (!text) return text.error();
  return to_wire<platform::ProviderToken>(*api::parse(*text));
}

Result<void> put_provider_token(Transaction& tx, Vault const& vault, std::string_view tenant_id, std::string_view type,
                                Json const& token) {
  auto const vendor = std::ranges::find(vendors, type, &Vendor::type);
  if (vendor == std::end(vendors)) return invalid("type", "is DWAVE, IBM or IBM_CLOUD");
  JsonObject kept{{"type", type}};
  auto const* given = token.if_object();
  for (std::string_view const member : vendor->members) {
    auto const text = given ? text_member(*given, member) : std::nullopt;
    if (!text || text->empty()) return invalid(std::string(member), fmt::format("is required for {}", type));
    kept[member] = *text;
  }
  put_setting(tx, tenant_id, name_of(type), {{"sealed", vault.seal(api::to_text(kept), context(tenant_id, type))}});
  return {};
}

Result<void> delete_provider_token(Transaction& tx, std::string_view tenant_id, std::string_view type) {
  if (!delete_setting(tx, tenant_id, name_of(type)))
    return not_found(fmt::format("no credentials are stored for {}", type));
  return {};
}

std::map<std::string, bool> provider_token_availability(Transaction& tx, std::string_view tenant_id) {
  std::map<std::string, bool> availability;
  for (Vendor const& vendor : vendors) availability[std::string(vendor.type)] = false;
  for (std::string const& name : setting_names(tx, tenant_id, prefix)) availability[name.substr(prefix.size())] = true;
  return availability;
}

}  // namespace qhub::hub
