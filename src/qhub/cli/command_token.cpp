#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/user/models_codec.h"
#include "qhub/user/user_settings_personal_access_tokens_client.h"

namespace qhub::cli {
namespace {

user::UserSettingsPersonalAccessTokensClient tokens(Arguments const& arguments) {
  return user::UserSettingsPersonalAccessTokensClient(user_api(arguments));
}

ExitCode list(Arguments const& arguments) {
  auto found =
      tokens(arguments).get_personal_access_tokens().access_tokens.value_or(std::vector<user::AccessTokenDto>());
  for (user::AccessTokenDto& token : found) token.value.reset();
  print_list(arguments, to_json(found),
             {{"ID", "id"}, {"NAME", "name"}, {"CREATED", "createdAt"}, {"USED", "usedAt"}, {"EXPIRES", "expiresAt"}});
  return ExitCode::done;
}

ExitCode create(Arguments const& arguments) {
  user::CreatePersonalAccessTokenRequest request;
  request.name = arguments.at("NAME");
  request.expires_at = arguments.find("expires");
  user::AccessTokenDto const token = tokens(arguments).create_personal_access_token(request);
  if (wants_form(arguments))
    print_document(arguments, to_json(token));
  else
    print(token.value.value_or("") + "\n");
  std::cerr << "The token is shown this once; keep it where only you can read it.\n";
  return ExitCode::done;
}

ExitCode remove(Arguments const& arguments) {
  tokens(arguments).delete_personal_access_token(arguments.at("ID"));
  std::cerr << fmt::format("Deleted {}\n", arguments.at("ID"));
  return ExitCode::done;
}

}  // namespace

Noun const noun_token{"token",
                      "Your personal access tokens.",
                      {{.name = "token list",
                        .summary = "Lists your tokens, without their values.",
                        .prints = true,
                        .examples = {"qhubctl token list"},
                        .run = list},
                       {.name = "token create",
                        .summary = "Makes a token and prints its value, this once.",
                        .positionals = {{"NAME", "What it is for."}},
                        .options = {{"expires", "DAY", "The last day it works, e.g. 2027-12-31."}},
                        .prints = true,
                        .examples = {"qhubctl token create ci --expires 2099-12-31 > ci-token"},
                        .run = create},
                       {.name = "token delete",
                        .summary = "Deletes a token: nobody can use it any more.",
                        .positionals = {{"ID", "Its id, as `qhubctl token list` prints it."}},
                        .examples = {"qhubctl token delete $TOKEN_ID"},
                        .run = remove}}};

}  // namespace qhub::cli
