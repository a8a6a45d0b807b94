#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/platform/applications_client.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/subscriptions_client.h"
#include "qhub/sdk/internal/redaction.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_app{"ID", "The application's id, as `qhubctl app list` prints it."};

platform::ApplicationsClient apps(Arguments const& arguments) {
  return platform::ApplicationsClient(platform_api(arguments));
}

platform::SubscriptionsClient subscriptions_client(Arguments const& arguments) {
  return platform::SubscriptionsClient(platform_api(arguments));
}

ExitCode list(Arguments const& arguments) {
  print_list(arguments, to_json(apps(arguments).get_applications()),
             {{"ID", "id"}, {"NAME", "name"}, {"CREATED", "createdAt"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(apps(arguments).get_application(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode create(Arguments const& arguments) {
  platform::ApplicationDto const app = apps(arguments).create_application({.name = arguments.at("NAME")});
  print_created(arguments, to_json(app));
  return ExitCode::done;
}

ExitCode keys(Arguments const& arguments) {
  std::vector<platform::AccessKey> found = apps(arguments).get_application_access_keys(arguments.at("ID"));
  if (!arguments.flag("reveal"))
    for (platform::AccessKey& key : found) key.secret_access_key = sdk::redacted;
  print_list(arguments, to_json(found), {{"KEY", "accessKeyId"}, {"SECRET", "secretAccessKey"}, {"TYPE", "type"}});
  return ExitCode::done;
}

ExitCode subscriptions(Arguments const& arguments) {
  print_list(
      arguments, to_json(apps(arguments).get_application_subscriptions(arguments.at("ID"))),
      {{"ID", "id"}, {"SERVICE", "service.name"}, {"SERVICE ID", "service.id"}, {"APPLICATION", "application.name"}});
  return ExitCode::done;
}

ExitCode subscribe(Arguments const& arguments) {
  platform::CreateSubscriptionRequest request;
  request.application_id = arguments.at("ID");
  request.service_id = arguments.at("SERVICE");
  platform::SubscriptionDto const subscription = subscriptions_client(arguments).create_subscription(request);
  print_created(arguments, to_json(subscription));
  return ExitCode::done;
}

ExitCode unsubscribe(Arguments const& arguments) {
  subscriptions_client(arguments).delete_subscription(arguments.at("SUBSCRIPTION"));
  std::cerr << fmt::format("Ended subscription {}\n", arguments.at("SUBSCRIPTION"));
  return ExitCode::done;
}

ExitCode remove(Arguments const& arguments) {
  apps(arguments).delete_application(arguments.at("ID"));
  std::cerr << fmt::format("Deleted {}\n", arguments.at("ID"));
  return ExitCode::done;
}

}  // namespace

Noun const noun_app{"app",
                    "Applications, which subscribe to services and call them.",
                    {{.name = "app list",
                      .summary = "Lists your applications.",
                      .prints = true,
                      .examples = {"qhubctl app list"},
                      .run = list},
                     {.name = "app get",
                      .summary = "Shows an application.",
                      .positionals = {id_of_app},
                      .prints = true,
                      .examples = {"qhubctl app get $APP"},
                      .run = get},
                     {.name = "app create",
                      .summary = "Makes an application and prints its id.",
                      .positionals = {{"NAME", "A name for it."}},
                      .prints = true,
                      .examples = {"qhubctl app create dashboard"},
                      .run = create},
                     {.name = "app keys",
                      .summary = "Lists an application's access keys.",
                      .positionals = {id_of_app},
                      .options = {{"reveal", "", "Show the secrets, too."}},
                      .prints = true,
                      .examples = {"qhubctl app keys $APP"},
                      .run = keys},
                     {.name = "app subscriptions",
                      .summary = "Lists what an application is subscribed to.",
                      .positionals = {id_of_app},
                      .prints = true,
                      .examples = {"qhubctl app subscriptions $APP"},
                      .run = subscriptions},
                     {.name = "app subscribe",
                      .summary = "Subscribes an application to a service and prints the subscription's id.",
                      .positionals = {id_of_app, {"SERVICE", "The service's id."}},
                      .prints = true,
                      .examples = {"qhubctl app subscribe $APP $SERVICE"},
                      .run = subscribe},
                     {.name = "app unsubscribe",
                      .summary = "Ends a subscription.",
                      .positionals = {{"SUBSCRIPTION", "Its id, as `qhubctl app subscriptions` prints it."}},
                      .examples = {"qhubctl app unsubscribe $SUBSCRIPTION"},
                      .run = unsubscribe},
                     {.name = "app delete",
                      .summary = "Deletes an application.",
                      .positionals = {id_of_app},
                      .examples = {"qhubctl app delete $APP"},
                      .run = remove}}};

}  // namespace qhub::cli
