#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/hub/resource/transaction.h"

/// Documents of which a tenant has at most one under each name: its budget, the credentials of a vendor.
namespace qhub::hub {

[[nodiscard]] std::optional<JsonObject> find_setting(Transaction& tx, std::string_view tenant_id,
                                                     std::string_view name);
void put_setting(Transaction& tx, std::string_view tenant_id, std::string_view name, JsonObject const& document);
/// Whether there was one.
bool delete_setting(Transaction& tx, std::string_view tenant_id, std::string_view name);
/// The names of a tenant's settings that begin with `prefix`.
[[nodiscard]] std::vector<std::string> setting_names(Transaction& tx, std::string_view tenant_id,
                                                     std::string_view prefix);

}  // namespace qhub::hub
