#include "qhub/hub/resource/settings.h"

#include <boost/json.hpp>

#include "qhub/api/codec.h"

namespace qhub::hub {

std::optional<JsonObject> find_setting(Transaction& tx, std::string_view tenant_id, std::string_view name) {
  Statement statement =
      tx.database.query("SELECT document FROM settings WHERE tenant_id = ? AND name = ?", tenant_id, name);
  if (!statement.step()) return std::nullopt;
  return std::move(api::parse(statement.column<std::string>(0))->as_object());
}

void put_setting(Transaction& tx, std::string_view tenant_id, std::string_view name, JsonObject const& document) {
  tx.database.execute("INSERT OR REPLACE INTO settings (tenant_id, name, document) VALUES (?, ?, ?)", tenant_id, name,
                      api::to_text(document));
}

bool delete_setting(Transaction& tx, std::string_view tenant_id, std::string_view name) {
  return tx.database.execute("DELETE FROM settings WHERE tenant_id = ? AND name = ?", tenant_id, name) > 0;
}

std::vector<std::string> setting_names(Transaction& tx, std::string_view tenant_id, std::string_view prefix) {
  std::vector<std::string> names;
  Statement statement = tx.database.query(
      "SELECT name FROM settings WHERE tenant_id = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name", tenant_id,
      prefix);
  while (statement.step()) names.push_back(statement.column<std::string>(0));
  return names;
}

}  // namespace qhub::hub
