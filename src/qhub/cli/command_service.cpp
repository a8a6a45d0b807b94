#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/config_file.h"
#include "qhub/cli/exit_code.h"
#include "qhub/cli/output.h"
#include "qhub/cli/pages.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/transfer.h"
#include "qhub/platform/managed_services_client.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/services_client.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_service{"ID", "The service's id, as `qhubctl service list` prints it."};

platform::ServicesClient services(Arguments const& arguments) {
  return platform::ServicesClient(platform_api(arguments));
}

platform::ManagedServicesClient managed(Arguments const& arguments) {
  return platform::ManagedServicesClient(platform_api(arguments));
}

ExitCode list(Arguments const& arguments) {
  auto const found = services(arguments).get_services({.page = page_number(arguments), .size = page_size(arguments)});
  print_list(arguments, to_json(found),
             {{"ID", "id"}, {"NAME", "name"}, {"TYPE", "type"}, {"LIFECYCLE", "lifecycle"}, {"CREATED", "createdAt"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(services(arguments).get_service(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode openapi(Arguments const& arguments) {
  print(printable(services(arguments).get_service_open_api(arguments.at("ID"))) + "\n");
  return ExitCode::done;
}

ExitCode build_status(Arguments const& arguments) {
  print_document(arguments, to_json(managed(arguments).get_managed_service_build_status(arguments.at("ID"))), "status");
  return ExitCode::done;
}

ExitCode build_logs(Arguments const& arguments) {
  print_list(arguments, to_json(managed(arguments).get_managed_service_build_logs(arguments.at("ID"))),
             {{"TIME", "timestamp"}, {"SEVERITY", "severity"}, {"MESSAGE", "message"}});
  return ExitCode::done;
}

ExitCode source(Arguments const& arguments) {
  std::string const file = arguments.find("file").value_or("user_code.zip");
  TransferLine const line(TransferLine::Direction::download, file, 0);
  managed(arguments).download_managed_service_source(arguments.at("ID"), ToFile{.path = file});
  print(file + "\n");
  return ExitCode::done;
}

ExitCode publish(Arguments const& arguments) {
  services(arguments).update_service_publication(
      arguments.at("ID"),
      {.scope = platform::PublicationRequestScope(arguments.flag("public") ? "PUBLIC" : "INTERNAL")});
  std::cerr << fmt::format("Published {}\n", arguments.at("ID"));
  return ExitCode::done;
}

ExitCode unpublish(Arguments const& arguments) {
  services(arguments).delete_service_publication(arguments.at("ID"));
  std::cerr << fmt::format("Unpublished {}\n", arguments.at("ID"));
  return ExitCode::done;
}

ExitCode remove(Arguments const& arguments) {
  services(arguments).delete_service(arguments.at("ID"));
  std::cerr << fmt::format("Deleted {}\n", arguments.at("ID"));
  return ExitCode::done;
}

/// As the official CLI has it: names before ids, below a heading.
ExitCode list_as_official(Arguments const& arguments) {
  auto const found = services(arguments).get_services();
  if (isatty(STDOUT_FILENO) == 1 && !wants_form(arguments)) {
    std::string const name = text_at(read_config_file(), "context.displayName");
    print(fmt::format("Available services for {}:\n", name.empty() ? "your account" : name));
  }
  print_list(arguments, to_json(found), {{"Name", "name"}, {"ID", "id"}});
  return ExitCode::done;
}

}  // namespace

Noun const noun_service{"service",
                        "Services: `qhubctl up` deploys one, `qhubctl run` runs it.",
                        {{.name = "service list",
                          .summary = "Lists the services of your account or organization.",
                          .options = page_options(),
                          .prints = true,
                          .examples = {"qhubctl service list -o wide"},
                          .run = list},
                         {.name = "service get",
                          .summary = "Shows a service with its definitions.",
                          .positionals = {id_of_service},
                          .prints = true,
                          .examples = {"qhubctl service get $SERVICE -o yaml"},
                          .run = get},
                         {.name = "service openapi",
                          .summary = "Prints how a service is called: its OpenAPI document.",
                          .positionals = {id_of_service},
                          .examples = {"qhubctl service openapi $SERVICE"},
                          .run = openapi},
                         {.name = "service build-status",
                          .summary = "Shows how far a managed service's build is.",
                          .positionals = {id_of_service},
                          .prints = true,
                          .examples = {"qhubctl service build-status $SERVICE -o name"},
                          .run = build_status},
                         {.name = "service build-logs",
                          .summary = "Prints the log of a managed service's last build.",
                          .positionals = {id_of_service},
                          .prints = true,
                          .examples = {"qhubctl service build-logs $SERVICE"},
                          .run = build_logs},
                         {.name = "service source",
                          .summary = "Downloads the source of a managed service.",
                          .positionals = {id_of_service},
                          .options = {{"file", "FILE", "The archive to write. user_code.zip unless given."}},
                          .examples = {"qhubctl service source $SERVICE --file source.zip"},
                          .run = source},
                         {.name = "service publish",
                          .summary = "Opens a service to the members of your organization, or to everybody.",
                          .positionals = {id_of_service},
                          .options = {{"public", "", "To everybody, on the marketplace."}},
                          .examples = {"qhubctl service publish $SERVICE --public"},
                          .run = publish},
                         {.name = "service unpublish",
                          .summary = "Withdraws a service's publication.",
                          .positionals = {id_of_service},
                          .examples = {"qhubctl service unpublish $SERVICE"},
                          .run = unpublish},
                         {.name = "service delete",
                          .summary = "Deletes a service.",
                          .positionals = {id_of_service},
                          .examples = {"qhubctl service delete $SERVICE"},
                          .run = remove}}};

Command const command_services{.name = "services",
                               .summary = "Lists your services, names first, as the official CLI does.",
                               .prints = true,
                               .examples = {"qhubctl services"},
                               .run = list_as_official};

}  // namespace qhub::cli
