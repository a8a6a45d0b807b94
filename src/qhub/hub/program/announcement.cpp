#include <fmt/format.h>

#include <memory>

#include "qhub/base/timestamp.h"
#include "qhub/hub/program/command.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/store/administer.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

struct Arguments {
  std::string data_directory;
  std::string title, message, category = "ANNOUNCEMENT", from, until;
  std::string id;
};

/// A time given on the command line; `otherwise` if there is none.
Result<std::optional<std::int64_t>> read_time(std::string const& text, std::optional<std::int64_t> otherwise) {
  if (text.empty()) return otherwise;
  auto const time = Timestamp(text.size() == 10 ? text + " 00:00:00" : text).time();
  if (!time)
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("'{}' is no time such as 2030-01-31 or 2030-01-31T12:00:00Z", text),
                 .details = {}};
  return std::optional<std::int64_t>(time->time_since_epoch().count());
}

int add(Arguments const& arguments) {
  std::int64_t const now = now_us();
  auto const from = read_time(arguments.from, now);
  if (!from) return fail(from.error().message);
  auto const until = read_time(arguments.until, std::nullopt);
  if (!until) return fail(until.error().message);
  std::string const id = random_uuid();
  Result<void> const added = administer(arguments.data_directory, [&](Connection& database) -> Result<void> {
    database.execute(
        "INSERT INTO announcements (id, category, title, message, valid_from, valid_until, created_at) VALUES (?, ?, "
        "?, "
        "?, ?, ?, ?)",
        id, arguments.category, arguments.title, arguments.message, **from, *until, now);
    return {};
  });
  if (!added) return fail(added.error().message);
  fmt::print("{}\n", id);
  return 0;
}

int list(Arguments const& arguments) {
  Result<void> const read = administer(arguments.data_directory, [](Connection& database) -> Result<void> {
    Statement row = database.query("SELECT id, category, title FROM announcements ORDER BY created_at DESC, id");
    while (row.step())
      fmt::print("{} {:12} {}\n", row.column<std::string>(0), row.column<std::string>(1), row.column<std::string>(2));
    return {};
  });
  return read ? 0 : fail(read.error().message);
}

int remove(Arguments const& arguments) {
  Result<void> const removed = administer(arguments.data_directory, [&](Connection& database) -> Result<void> {
    if (database.execute("DELETE FROM announcements WHERE id = ?", arguments.id) == 0)
      return Error{.kind = ErrorKind::not_found, .message = "there is no announcement " + arguments.id, .details = {}};
    return {};
  });
  return removed ? 0 : fail(removed.error().message);
}

}  // namespace

void add_announcement_commands(Program& program) {
  auto const arguments = std::make_shared<Arguments>();
  CLI::App* const announcement = program.app.add_subcommand(
      "announcement", "Adds, lists and removes what the hub announces to everybody; also while the hub runs.");
  announcement->require_subcommand(1);
  auto const command = [&](std::string const& name, std::string const& help, int (*action)(Arguments const&)) {
    CLI::App* const added = announcement->add_subcommand(name, help);
    add_data_directory(*added, arguments->data_directory, "The hub's data directory; made if missing.");
    added->callback(
        [&program, arguments, action] { program.action = [arguments, action] { return action(*arguments); }; });
    return added;
  };
  CLI::App* const add_command = command("add", "Adds an announcement and prints its id.", add);
  add_command->add_option("--title", arguments->title, "One line.")->required();
  add_command->add_option("--message", arguments->message, "The text, in Markdown.")->required();
  add_command->add_option("--category", arguments->category, "What it is about.")
      ->check(CLI::IsMember({"ANNOUNCEMENT", "MAINTENANCE", "SYSTEM"}))
      ->capture_default_str();
  add_command->add_option("--from", arguments->from, "When it begins to be shown, UTC; by default now.");
  add_command->add_option("--until", arguments->until, "When it is no longer shown, UTC; by default never.");
  command("list", "Lists the announcements, the newest first: id, category, title.", list);
  command("remove", "Removes an announcement.", remove)->add_option("ID", arguments->id, "Its id.")->required();
}

}  // namespace qhub::hub
