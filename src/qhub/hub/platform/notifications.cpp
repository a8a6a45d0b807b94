#include "qhub/hub/platform/notifications.h"

#include <boost/json.hpp>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/members.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {

std::string notify(Transaction& tx, std::string_view user_id, Notification const& notification) {
  std::string const id = random_uuid();
  std::optional<std::string> task;
  if (notification.user_task) task = api::to_text(*notification.user_task);
  tx.database.execute(
      "INSERT INTO notifications (id, user_id, category, title, message, reference_type, reference_id, user_task, "
      "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id, user_id, notification.category, notification.title, notification.message, notification.reference_type,
      notification.reference_id, task, tx.now);
  return id;
}

void notify_tenant(Transaction& tx, std::string_view tenant_id, Notification const& notification) {
  auto const members = list_members(tx.database, tenant_id);
  if (members.empty()) notify(tx, tenant_id, notification);
  for (MemberRow const& member : members)
    if (member.status == "ACCEPTED" && member.role == Role::owner) notify(tx, member.user_id, notification);
}

}  // namespace qhub::hub
