#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/config_file.h"
#include "qhub/cli/exit_code.h"
#include "qhub/cli/login.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/operations.h"
#include "qhub/platform/users_client.h"
#include "qhub/sdk/credentials.h"

namespace qhub::cli {
namespace {

/// Keeps a terminal from showing what is typed.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~NoEcho() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(NoEcho const&) = delete;
  NoEcho& operator=(NoEcho const&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

std::string read_token(Arguments const& arguments) {
  if (auto const token = arguments.find("token")) {
    std::cerr
        << "qhubctl: a token on the command line can be seen by other users; better pipe it: login --with-token\n";
    return *token;
  }
  std::string token;
  if (!arguments.flag("with-token") && isatty(STDIN_FILENO)) {
    NoEcho const silent;  // before the question: who knows it answers at once
    std::cerr << "What is your personal access token? (not shown) ";
    std::getline(std::cin, token);
    std::cerr << '\n';
  } else {
    std::getline(std::cin, token);
  }
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  token.erase(0, token.find_first_not_of(" \t"));
  if (token.empty()) throw UsageError{"login needs a token: pipe it to login --with-token, or type it at the prompt"};
  for (char const c : token)
    if (c <= ' ' || c > '~') throw UsageError{"a token has no blanks, control characters or letters beyond ASCII"};
  return token;
}

bool is_organization(platform::AccountDto const& account) {
  return account.is_organization.value_or(account.organization.value_or(false));
}

/// The accounts that a token may act for.
std::vector<platform::AccountDto> accounts(ClientOptions options) {
  return platform::UsersClient(sdk::connect(platform::operations::table, std::move(options))).get_my_accounts();
}

Json context_of(platform::AccountDto const& account) {
  JsonObject context{{"id", account.id.value_or("")},
                     {"displayName", account.display_name.value_or("")},
                     {"isOrganization", is_organization(account)}};
  if (account.role) context["role"] = account.role->text();
  if (account.account_type) context["accountType"] = account.account_type->text();
  return context;
}

ExitCode log_in_as_asked(Arguments const& arguments) {
  log_in(arguments, hub_setting(arguments).value, read_token(arguments));
  return ExitCode::done;
}

ExitCode log_out(Arguments const&) {
  JsonObject config = read_config_file();
  config.erase("auth");
  config.erase("context");
  write_config_file(config);
  std::cerr << "Logout... successful\n";
  return ExitCode::done;
}

/// The accounts at the current hub, then what is kept of other ones.
ExitCode list_contexts(Arguments const& arguments) {
  JsonObject const config = read_config_file();
  std::string const hub = current_hub(config), chosen = text_at(config, "context.id");
  boost::json::array contexts;
  for (platform::AccountDto const& account : accounts(client_options(arguments, "platform"))) {
    JsonObject context = context_of(account).get_object();
    context["hub"] = hub;
    context["current"] = account.id == chosen;
    contexts.push_back(std::move(context));
  }
  if (Json const* const hubs = config.if_contains("hubs"); hubs && hubs->is_object())
    for (auto const& [address, login] : hubs->get_object()) {
      JsonObject context;
      if (login.is_object())
        if (Json const* const kept = login.get_object().if_contains("context"); kept && kept->is_object())
          context = kept->get_object();
      context["hub"] = address;
      context["current"] = false;
      contexts.push_back(std::move(context));
    }
  if (!wants_form(arguments))  // as the official CLI shows it
    for (Json& context : contexts) {
      JsonObject& members = context.get_object();
      Json const* const organization = members.if_contains("isOrganization");
      members["isOrganization"] = organization && organization->is_bool() && organization->get_bool() ? "✓" : "✗";
      members["current"] = members["current"].get_bool() ? "*" : "";
    }
  print_list(arguments, contexts,
             {{"Name", "displayName"},
              {"ID", "id"},
              {"Organization", "isOrganization"},
              {"Current", "current"},
              {"Hub", "hub"}});
  return ExitCode::done;
}

ExitCode get_context(Arguments const& arguments) {
  JsonObject const config = read_config_file();
  Json const* const context = config.if_contains("context");
  if (!context || !context->is_object())
    throw Failure{ExitCode::not_found, "No context set. Use \"qhubctl set-context\" to set a context."};
  if (wants_form(arguments)) {
    print_document(arguments, *context);
    return ExitCode::done;
  }
  Json const* const organization = context->get_object().if_contains("isOrganization");
  print(fmt::format("{} ({})\n", printable(text_at(config, "context.displayName")),
                    organization && organization->is_bool() && organization->get_bool() ? "Organization" : "Personal"));
  return ExitCode::done;
}

/// Lets a person choose on the terminal.
platform::AccountDto const& choose(std::vector<platform::AccountDto> const& found) {
  std::cerr << "Choose a context:\n";
  for (std::size_t i = 0; i < found.size(); ++i)
    std::cerr << fmt::format("  {}  {}{}\n", i + 1, printable(found[i].display_name.value_or("")),
                             is_organization(found[i]) ? " (Organization)" : "");
  std::cerr << fmt::format("1 to {}: ", found.size());
  std::string line;
  std::getline(std::cin, line);
  for (std::size_t i = 0; i < found.size(); ++i)
    if (line == std::to_string(i + 1)) return found[i];
  throw UsageError{fmt::format("'{}' is no number from 1 to {}", line, found.size())};
}

/// Whether an id or a hub's address is that of another hub in the file, which then becomes the current one.
bool chose_other_hub(JsonObject& config, std::string const& wanted) {
  Json const* const hubs = config.if_contains("hubs");
  if (!hubs || !hubs->is_object()) return false;
  for (auto const& [address, login] : hubs->get_object()) {
    std::string const hub(address);
    std::string const id = login.is_object() ? text_at(login.get_object(), "context.id") : "";
    if (hub != hub_address(wanted) && (id.empty() || id != wanted)) continue;
    switch_hub(config, hub);
    return true;
  }
  return false;
}

ExitCode set_context(Arguments const& arguments) {
  JsonObject config = read_config_file();
  auto const wanted = arguments.find("CONTEXTID");
  if (wanted && chose_other_hub(config, *wanted)) {
    write_config_file(config);
    std::cerr << fmt::format("Switched to context \"{}\" of {}.\n", printable(text_at(config, "context.displayName")),
                             current_hub(config));
    return ExitCode::done;
  }
  if (!wanted && !isatty(STDIN_FILENO))
    throw UsageError{"set-context needs the id of a context; see qhubctl list-contexts"};
  std::vector<platform::AccountDto> const found = accounts(client_options(arguments, "platform"));
  platform::AccountDto const* account = nullptr;
  if (wanted) {
    for (platform::AccountDto const& each : found)
      if (each.id == *wanted) account = &each;
    if (!account) throw Failure{ExitCode::not_found, fmt::format("Context with id \"{}\" not found.", *wanted)};
  } else if (!found.empty()) {
    account = &choose(found);
  }
  if (!account) throw Failure{ExitCode::not_found, "the token belongs to no account"};
  config["context"] = context_of(*account);
  write_config_file(config);
  std::cerr << fmt::format("Switched to context \"{}\".\n", printable(account->display_name.value_or("")));
  return ExitCode::done;
}

}  // namespace

void log_in(Arguments const& arguments, std::string const& hub, std::string const& token) {
  JsonObject config = read_config_file();
  if (!hub.empty() && hub.find("://") == std::string::npos)
    throw UsageError{fmt::format("--hub takes an address such as http://127.0.0.1:8765, not '{}'", hub)};
  if (!hub.empty()) switch_hub(config, hub_address(hub));
  ClientOptions options{.api_key = token};
  options.base_url =
      hub.empty() ? base_url_setting(arguments, "platform").value : endpoint_base_url(config, "platform");
  if (auto const seconds = arguments.integer("timeout", 1, 86'400)) options.timeout = std::chrono::seconds(*seconds);
  std::vector<platform::AccountDto> const found = accounts(std::move(options));
  config["auth"] = {{"type", "API_KEY"}, {"value", token}};
  config.erase("context");  // it was an account of another token
  for (platform::AccountDto const& account : found)
    if (!is_organization(account)) config["context"] = context_of(account);
  write_config_file(config);
  std::cerr << fmt::format("Login... successful\nThe token for {} is in {}, which only you can read.\n",
                           current_hub(config), config_file_path());
}

Command const command_login{
    .name = "login",
    .summary = "Checks a personal access token and keeps it in the configuration file.",
    .options = {{"with-token", "", "Read the token from standard input, without a prompt."},
                {"token", "TOKEN", "The token itself; other users of this machine may see it.", 't'},
                {"hub", "URL",
                 "Use the hub at this address from now on, e.g. http://127.0.0.1:8765; the vendor's is "
                 "https://api.hub.kipu-quantum.com. The login at the former one is kept."},
                {"timeout", "SECONDS", "Longest wait for a connection and for each next byte. 60 unless given."}},
    .remote = false,
    .examples = {"qhubctl login --hub $QHUB_URL --with-token < $QHUB_DATA/owner-token"},
    .run = log_in_as_asked};

Command const command_logout{.name = "logout",
                             .summary = "Forgets the token and the context of the current hub.",
                             .remote = false,
                             .examples = {"qhubctl logout"},
                             .run = log_out};

Command const command_list_contexts{
    .name = "list-contexts",
    .summary = "Lists the accounts that you may act for, and the other hubs that you are logged in to.",
    .prints = true,
    .examples = {"qhubctl list-contexts", "qhubctl list-contexts --json id,displayName"},
    .run = list_contexts};

Command const command_get_context{.name = "get-context",
                                  .summary = "Prints the account that you act for.",
                                  .remote = false,
                                  .prints = true,
                                  .examples = {"qhubctl get-context"},
                                  .run = get_context};

Command const command_set_context{
    .name = "set-context",
    .summary = "Acts for another account from now on, or at another hub.",
    .positionals = {{"CONTEXTID", "Id of the account, or address of a hub; asked for on a terminal unless given.",
                     false}},
    .examples = {"qhubctl set-context $CONTEXT"},
    .run = set_context};

}  // namespace qhub::cli
