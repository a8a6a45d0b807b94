#include <fmt/format.h>

#include <memory>
#include <vector>

#include "qhub/hub/auth/user_commands.h"
#include "qhub/hub/program/command.h"

namespace qhub::hub {
namespace {

struct Arguments {
  std::string data_directory;
  NewUser new_user;
  std::string whom;
};

int add(Arguments const& arguments) {
  Result<std::string> const token = add_user(arguments.data_directory, arguments.new_user);
  if (!token) return fail(token.error().message);
  fmt::print("added {} <{}>; the token, which is shown this once:\n{}\n", arguments.new_user.name,
             arguments.new_user.email, *token);
  return 0;
}

int list(Arguments const& arguments) {
  Result<std::vector<UserRow>> const users = all_users(arguments.data_directory);
  if (!users) return fail(users.error().message);
  for (UserRow const& user : *users)
    fmt::print("{:32} {:8} {} {}\n", user.email.value_or("-"), user.disabled_at ? "disabled" : "active", user.id,
               user.name);
  return 0;
}

int disable(Arguments const& arguments) {
  Result<void> const disabled = disable_user(arguments.data_directory, arguments.whom);
  return disabled ? 0 : fail(disabled.error().message);
}

}  // namespace

void add_user_commands(Program& program) {
  auto const arguments = std::make_shared<Arguments>();
  CLI::App* const user = program.app.add_subcommand("user", "Adds, lists and disables users; also while the hub runs.");
  user->require_subcommand(1);
  user->footer("  qhubd user add --data-dir /srv/qhub --email ada@example.org --name 'Ada Lovelace' | tail -n 1");
  auto const command = [&](std::string const& name, std::string const& help, int (*action)(Arguments const&)) {
    CLI::App* const added = user->add_subcommand(name, help);
    add_data_directory(*added, arguments->data_directory, "The hub's data directory; made if missing.");
    added->callback([&program, arguments, action] {
      program.action = [arguments, action] { return action(*arguments); };
    });
    return added;
  };
  CLI::App* const add_command =
      command("add", "Adds a user and prints, as its last line, the user's token.", add);
  add_command->add_option("--email", arguments->new_user.email, "Tells users apart; nothing is sent to it.")->required();
  add_command->add_option("--name", arguments->new_user.name, "First and last name.")->required();
  add_command->add_option("--account-type", arguments->new_user.account_type, "What the account may do.")
      ->check(CLI::IsMember({"STANDARD", "PROFESSIONAL"}))
      ->capture_default_str();
  command("list", "Lists the users: email, state, id, name.", list);
  command("disable", "Withdraws every token of a user; what the user owns stays.", disable)
      ->add_option("USER", arguments->whom, "Email or id.")
      ->required();
}

}  // namespace qhub::hub
