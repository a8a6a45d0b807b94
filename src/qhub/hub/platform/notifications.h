#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qhub/api/json.h"
#include "qhub/hub/resource/transaction.h"

/// Messages to users.
namespace qhub::hub {

struct Notification {
  std::string category;  ///< As in NotificationCategory: INVITATION, RESOURCE_SHARED, BUDGET, ...
  std::string title;
  std::string message;
  std::optional<std::string> reference_type = {};  ///< SERVICE, DATA_POOL, ORGANIZATION or PLATFORM_USER_TASK
  std::optional<std::string> reference_id = {};
  std::optional<JsonObject> user_task = {};  ///< PlatformUserTaskPayloadDto, of a task that the user has to do.
};

/// Puts a message into a user's list; returns its id.
std::string notify(Transaction& tx, std::string_view user_id, Notification const& notification);
/// The same for a tenant: the user, or every OWNER of the organization.
void notify_tenant(Transaction& tx, std::string_view tenant_id, Notification const& notification);

}  // namespace qhub::hub
