#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/commands.h"
#include "qhub/cli/output.h"
#include "qhub/cli/remote.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/organizations_client.h"

namespace qhub::cli {
namespace {

constexpr Positional id_of_org{"ID", "The organization's id, as `qhubctl org list` prints it."};

platform::OrganizationsClient orgs(Arguments const& arguments) {
  return platform::OrganizationsClient(platform_api(arguments));
}

ExitCode list(Arguments const& arguments) {
  print_list(arguments, to_json(orgs(arguments).get_organizations()),
             {{"ID", "id"}, {"NAME", "displayName"}, {"ACCOUNT", "accountType"}, {"ROLE", "currentUserPermission"}});
  return ExitCode::done;
}

ExitCode get(Arguments const& arguments) {
  print_document(arguments, to_json(orgs(arguments).get_organization(arguments.at("ID"))));
  return ExitCode::done;
}

ExitCode create(Arguments const& arguments) {
  platform::CreateOrganizationRequest request;
  request.display_name = arguments.at("NAME");
  request.billing_email = arguments.at("billing-email");
  request.description = arguments.find("description");
  platform::OrganizationDto const organization = orgs(arguments).create_organization(request);
  print_created(arguments, to_json(organization));
  return ExitCode::done;
}

ExitCode members(Arguments const& arguments) {
  print_list(
      arguments, to_json(orgs(arguments).get_organization_members(arguments.at("ID"))),
      {{"ID", "id"}, {"NAME", "displayName"}, {"ROLE", "accessPermissionRole"}, {"INVITED", "invitationPending"}});
  return ExitCode::done;
}

ExitCode remove_member(Arguments const& arguments) {
  orgs(arguments).delete_organization_member(arguments.at("ID"), arguments.at("USER"));
  std::cerr << fmt::format("Removed {}\n", arguments.at("USER"));
  return ExitCode::done;
}

ExitCode remove(Arguments const& arguments) {
  orgs(arguments).delete_organization(arguments.at("ID"));
  std::cerr << fmt::format("Deleted {}\n", arguments.at("ID"));
  return ExitCode::done;
}

}  // namespace

Noun const noun_org{
    "org",
    "Organizations; `qhubctl set-context` acts for one.",
    {{.name = "org list",
      .summary = "Lists the organizations that you are in.",
      .prints = true,
      .examples = {"qhubctl org list"},
      .run = list},
     {.name = "org get",
      .summary = "Shows an organization.",
      .positionals = {id_of_org},
      .prints = true,
      .examples = {"qhubctl org get $ORG"},
      .run = get},
     {.name = "org create",
      .summary = "Makes an organization and prints its id.",
      .positionals = {{"NAME", "A name for it."}},
      .options = {{.name = "billing-email", .value = "EMAIL", .help = "Where bills go.", .required = true},
                  {"description", "TEXT", "What it is."}},
      .prints = true,
      .examples = {"qhubctl org create \"Quantum lab\" --billing-email lab@example.org"},
      .run = create},
     {.name = "org members",
      .summary = "Lists an organization's members.",
      .positionals = {id_of_org},
      .prints = true,
      .examples = {"qhubctl org members $ORG"},
      .run = members},
     {.name = "org remove-member",
      .summary = "Removes a member from an organization.",
      .positionals = {id_of_org, {"USER", "The member's id."}},
      .examples = {"qhubctl org remove-member $ORG $MEMBER"},
      .run = remove_member},
     {.name = "org delete",
      .summary = "Deletes an organization.",
      .positionals = {id_of_org},
      .examples = {"qhubctl org delete $ORG"},
      .run = remove}}};

}  // namespace qhub::cli
