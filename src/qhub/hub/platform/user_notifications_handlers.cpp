#include "qhub/platform/user_notifications_handlers.h"

#include <boost/json.hpp>

#include "qhub/hub/platform/mount.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

constexpr SortProperty sorts[] = {{"createdAt", SortBy::created_at}};
constexpr Kind paged{.name = "notification", .sorts = sorts};

platform::UserNotificationDto read_notification(Statement const& row) {
  platform::UserNotificationDto dto;
  dto.id = row.column<std::string>(0);
  dto.type = platform::UserNotificationDtoType::USER;
  dto.category = row.column<std::string>(1);
  dto.title = row.column<std::string>(2);
  dto.message = row.column<std::string>(3);
  if (auto type = row.column<std::optional<std::string>>(4)) dto.reference_type = std::move(*type);
  dto.reference_id = row.column<std::optional<std::string>>(5);
  if (auto const task = row.column<std::optional<std::string>>(6))
    dto.user_task = to_wire<platform::PlatformUserTaskPayloadDto>(*api::parse(*task));
  dto.read = row.column<std::optional<std::int64_t>>(7).has_value();
  dto.created_at = Timestamp(Timestamp::Time(std::chrono::microseconds(row.column<std::int64_t>(8))));
  return dto;
}

std::int64_t count_notifications(Transaction& tx, std::string_view condition) {
  Statement statement = tx.database.query(
      std::string("SELECT count(*) FROM notifications WHERE user_id = ?").append(condition), tx.caller.user_id);
  statement.step();
  return statement.column<std::int64_t>(0);
}

class UserNotifications final : public platform::UserNotificationsHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<platform::PageResponseUserNotificationDto> get_my_notifications(
      Call& call, platform::GetMyNotificationsRequest request) override {
    return read(call, [request](Transaction& tx) -> Result<platform::PageResponseUserNotificationDto> {
      auto const query = read_list_query(paged, request.page, request.size, request.sort);
      if (!query) return query.error();
      bool const ascending = !query->order.empty() && !query->order.front().descending;
      Statement statement = tx.database.query(
          std::string(
              "SELECT id, category, title, message, reference_type, reference_id, user_task, read_at, created_at "
              "FROM notifications WHERE user_id = ? ORDER BY number ")
              .append(ascending ? "ASC" : "DESC")
              .append(" LIMIT ? OFFSET ?"),
          tx.caller.user_id, query->size, query->page * query->size);
      platform::PageResponseUserNotificationDto page;
      while (statement.step()) page.content.push_back(read_notification(statement));
      fill_page(page, *query, count_notifications(tx, ""));
      return page;
    });
  }
  Answer<std::int64_t> get_my_unread_notification_count(Call& call) override {
    return read(call, [](Transaction& tx) { return count_notifications(tx, " AND read_at IS NULL"); });
  }
  Answer<void> mark_notification_as_read(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<void> {
      if (tx.database.execute("UPDATE notifications SET read_at = coalesce(read_at, ?) WHERE id = ? AND user_id = ?",
                              tx.now, id, tx.caller.user_id) == 0)
        return not_found("you have no notification " + id);
      return {};
    });
  }
  Answer<void> mark_all_notifications_as_read(Call& call) override {
    return write(call, [](Transaction& tx) -> Result<void> {
      tx.database.execute("UPDATE notifications SET read_at = ? WHERE user_id = ? AND read_at IS NULL", tx.now,
                          tx.caller.user_id);
      return {};
    });
  }
};

}  // namespace

Mounted mount_user_notifications(Router& router, Platform const& platform) {
  return mount_new<UserNotifications>(router, platform_prefix, platform.transactions);
}

}  // namespace qhub::hub
