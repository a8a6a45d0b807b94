#include "qhub/hub/platform/demos.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "qhub/hub/platform/catalogue.h"

namespace qhub::hub {
namespace {

constexpr std::string_view no_builder = "builds disabled: this hub has no builder for demos";

/// Keys in upper case with `_` for white space; blank keys and values are left out.
JsonObject environment_of(std::map<std::string, std::string> const& given) {
  JsonObject environment;
  auto const blank = [](std::string const& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; };
  for (auto const& [key, value] : given) {
    if (blank(key) || blank(value)) continue;
    std::string name = key;
    std::ranges::transform(name, name.begin(), [](unsigned char c) -> char {
      return std::isspace(c) != 0 ? '_' : static_cast<char>(std::toupper(c));
    });
    environment[name] = value;
  }
  return environment;
}

/// The connection that reads the repository. Errors: invalid_argument if the caller has none of that id and provider.
Result<void> check_integration(Transaction& tx, std::string const& id, std::string_view provider) {
  auto const integration = get(tx, kinds::git_integration, id);
  if (!integration) return invalid("gitIntegrationId", "is none of your git integrations");
  if (text_member(integration->document, "type") != provider)
    return invalid("gitIntegrationId", fmt::format("is no integration with {}", provider));
  return {};
}

platform::DemoWithStatus demo_dto(Resource const& demo) {
  auto dto = to_wire<platform::DemoWithStatus>(demo);
  dto.status = platform::DemoWithStatusStatus::UNAVAILABLE;
  dto.status_error = no_builder;
  dto.webhook_status = platform::DemoWithStatusWebhookStatus::FAILED;
  dto.webhook_error = no_builder;
  return dto;
}

Result<platform::DemoWithStatus> store(Transaction& tx, Resource demo) {
  if (auto const saved = save(tx, kinds::demo, demo); !saved) return saved.error();
  return demo_dto(demo);
}

bool is_repository(std::string_view text) {
  std::size_t const slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() && text.size() <= 255 &&
         std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '/' || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

Result<Resource> find_demo(Transaction& tx, Resource const& use_case) {
  std::vector<Resource> demos = parts(tx, kinds::demo, use_case);
  if (demos.empty()) return not_found(fmt::format("the use case {} has no demo", use_case.id));
  return std::move(demos.front());
}

Result<platform::DemoWithStatus> get_demo(Transaction& tx, Resource const& use_case) {
  auto const demo = find_demo(tx, use_case);
  if (!demo) return demo.error();
  return demo_dto(*demo);
}

Result<platform::DemoWithStatus> create_demo(Transaction& tx, Resource const& use_case,
                                             platform::CreateUseCaseDemoRequest const& request) {
  if (request.use_case_id != use_case.id) return invalid("useCaseId", "is the use case in the path");
  if (!is_repository(request.repository_url)) return invalid("repositoryUrl", "is owner/repo");
  if (auto const good = check_integration(tx, request.git_integration_id, request.repository_type.text()); !good)
    return good.error();
  JsonObject document = to_document(request);
  document.erase("branch");
  document["defaultBranch"] = request.branch.value_or("main");
  document["environment"] = environment_of(request.environment.value_or(std::map<std::string, std::string>()));
  auto const demo = create(tx, kinds::demo, {.document = std::move(document), .parent = &use_case});
  if (!demo) return demo.error();
  return demo_dto(*demo);
}

Result<platform::DemoWithStatus> set_demo_integration(Transaction& tx, Resource const& use_case,
                                                      std::string const& git_integration_id) {
  auto demo = find_demo(tx, use_case);
  if (!demo) return demo.error();
  auto const good =
      check_integration(tx, git_integration_id, text_member(demo->document, "repositoryType").value_or(""));
  if (!good) return good.error();
  demo->document["gitIntegrationId"] = git_integration_id;
  return store(tx, std::move(*demo));
}

Result<platform::DemoWithStatus> set_demo_environment(Transaction& tx, Resource const& use_case,
                                                      std::map<std::string, std::string> const& environment) {
  auto demo = find_demo(tx, use_case);
  if (!demo) return demo.error();
  demo->document["environment"] = environment_of(environment);
  return store(tx, std::move(*demo));
}

Result<void> build_demo(Transaction& tx, Resource const& use_case) {
  if (auto const demo = find_demo(tx, use_case); !demo) return demo.error();
  return unsupported(std::string(no_builder));
}

Result<void> delete_demo(Transaction& tx, Resource const& use_case) {
  auto const demo = find_demo(tx, use_case);
  if (!demo) return demo.error();
  remove(tx, *demo);
  return {};
}

}  // namespace qhub::hub
