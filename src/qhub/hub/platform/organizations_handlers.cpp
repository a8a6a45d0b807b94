#include "qhub/platform/organizations_handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "qhub/hub/platform/budget.h"
#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/platform/notifications.h"
#include "qhub/hub/platform/organizations.h"
#include "qhub/hub/platform/provider_tokens.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {
namespace {

std::optional<std::string> image_url(Transaction& tx, std::string_view id) {
  if (!has_attachment(tx, id, image_name)) return std::nullopt;
  return fmt::format("{}/organizations/{}/image", platform_prefix, id);
}

platform::OrganizationDto organization_dto(Transaction& tx, Organization const& organization) {
  platform::OrganizationDto dto;
  dto.current_user_permission = role_text(membership_role(tx.database, organization.id, tx.caller.user_id));
  dto.id = organization.id;
  dto.name = organization.name;
  dto.display_name = organization.display_name;
  dto.description = organization.description;
  dto.account_type = organization.account_type;
  dto.image_url = image_url(tx, organization.id);
  dto.user_last_owner = dto.is_user_last_owner = is_last_owner(tx.database, organization.id, tx.caller.user_id);
  return dto;
}

platform::MemberDto member_dto(Transaction& tx, MemberRow const& member) {
  platform::MemberDto dto;
  dto.id = dto.sid = member.user_id;
  dto.display_name = tenant_name(tx.database, member.user_id);
  dto.access_permission_role = role_text(member.role);
  dto.principal = dto.is_principle = dto.principle = true;
  dto.invitation_pending = member.status == "PENDING";
  return dto;
}

platform::AccessPermissionDto permission_dto(MemberRow const& member) {
  platform::AccessPermissionDto dto;
  dto.sid = member.user_id;
  dto.access_permission_role = role_text(member.role);
  dto.principal = dto.is_principle = dto.principle = true;
  return dto;
}

/// A member, or somebody who was invited and has not answered.
Result<MemberRow> get_member(Transaction& tx, Organization const& organization, std::string_view user_id) {
  auto member = find_member(tx.database, organization.id, user_id);
  if (!member || member->status == "DECLINED")
    return not_found(fmt::format("{} is no member of {}", user_id, organization.display_name));
  return std::move(*member);
}

Result<Role> read_role(std::optional<platform::Role> const& role) {
  Role const read = role ? role_of(role->text()) : Role::none;
  if (read == Role::none) return invalid("accessPermissionRole", "is required: VIEWER, MAINTAINER or OWNER");
  return read;
}

Result<MemberRow> invite(Transaction& tx, Organization const& organization, std::optional<std::string> const& whom,
                         Role role) {
  auto user = find_user(tx.database, whom.value_or(""));
  if (!user) user = find_user_by_email(tx.database, whom.value_or(""));
  if (!user || user->disabled_at) return invalid("sid", "is the id or the email of a user");
  auto const former = find_member(tx.database, organization.id, user->id);
  if (former && former->status == "ACCEPTED")
    return conflict(fmt::format("{} is a member of {} already", user->name, organization.display_name));
  MemberRow const member{.invitation_id = random_uuid(),
                         .organization_id = organization.id,
                         .user_id = user->id,
                         .role = role,
                         .status = "PENDING",
                         .inviter_id = tx.caller.user_id,
                         .created_at = tx.now};
  put_member(tx.database, member);
  notify(tx, user->id,
         {.category = "INVITATION",
          .title = fmt::format("Invitation to {}", organization.display_name),
          .message = fmt::format("{} invites you to join {} as {}.", tx.caller.name, organization.display_name,
                                 role_text(role)),
          .reference_type = "ORGANIZATION",
          .reference_id = organization.id});
  return member;
}

/// Work on the organization of that id, for members with at least that role.
template <class Work>
auto in(std::string id, Role needed, Work work) {
  return [id = std::move(id), needed, work = std::move(work)](
             Transaction& tx) -> AsResult<std::invoke_result_t<Work&, Transaction&, Organization&>> {
    auto organization = hub::get_organization(tx, id, needed);
    if (!organization) return organization.error();
    return work(tx, *organization);
  };
}

class Organizations final : public platform::OrganizationsHandlers, ResourceHandlers {
 public:
  explicit Organizations(Platform const& platform)
      : ResourceHandlers(platform.transactions), vault_(platform.vault), prices_(platform.prices) {}

  Answer<std::vector<platform::OrganizationDto>> get_organizations(Call& call) override {
    return read(call, [](Transaction& tx) {
      std::vector<platform::OrganizationDto> dtos;
      for (MemberRow const& member : list_memberships(tx.database, tx.caller.user_id, "ACCEPTED"))
        if (auto const organization = find_organization(tx.database, member.organization_id))
          dtos.push_back(organization_dto(tx, *organization));
      return dtos;
    });
  }
  Answer<platform::OrganizationDto> create_organization(Call& call,
                                                        platform::CreateOrganizationRequest request) override {
    return and_forget(write(call, [request](Transaction& tx) -> Result<platform::OrganizationDto> {
      auto const made = insert_organization(tx, request.display_name, request.description, request.billing_email);
      if (!made) return made.error();
      return organization_dto(tx, *made);
    }));
  }
  Answer<platform::OrganizationDto> get_organization(Call& call, std::string id) override {
    return read(call, in(id, Role::viewer, organization_dto));
  }
  Answer<platform::OrganizationDto> update_organization(Call& call, std::string id,
                                                        platform::UpdateOrganizationRequest request) override {
    return write(call, in(id, Role::maintainer,
                          [request](Transaction& tx, Organization& organization) -> Result<platform::OrganizationDto> {
                            auto const renamed =
                                rename_organization(tx, organization, request.display_name, request.description);
                            if (!renamed) return renamed.error();
                            return organization_dto(tx, *renamed);
                          }));
  }
  Answer<void> delete_organization(Call& call, std::string id) override {
    return and_forget(write(call, in(id, Role::owner, [](Transaction& tx, Organization& organization) -> Result<void> {
                              hub::delete_organization(tx, organization.id);
                              return {};
                            })));
  }
  Answer<platform::OrganizationProfileDto> get_organization_profile(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<platform::OrganizationProfileDto> {
      auto const organization = find_organization(tx.database, id);
      if (!organization) return not_found("there is no organization " + id);
      platform::OrganizationProfileDto dto;
      dto.id = organization->id;
      dto.name = organization->name;
      dto.display_name = organization->display_name;
      dto.description = organization->description;
      dto.image_url = image_url(tx, id);
      return dto;
    });
  }
  Answer<std::vector<platform::OrganizationSearchResultDto>> search_organizations(
      Call& call, platform::SearchOrganizationsRequest request) override {
    return read(call, [q = request.q](Transaction& tx) -> Result<std::vector<platform::OrganizationSearchResultDto>> {
      if (q.size() < 3 || !std::ranges::any_of(q, [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; }))
        return invalid("q", "has at least 3 characters with a letter or digit among them");
      // GLOB compares case and knows [...]; LIKE knows neither, so its own signs are put for the wildcards.
      std::string pattern = "%";
      for (char const c : q) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c == '*' ? '%' : c == '?' ? '_' : c;
      }
      Statement statement = tx.database.query(
          "SELECT id, display_name FROM organizations WHERE display_name LIKE ? ESCAPE '\\' ORDER BY display_name "
          "LIMIT "
          "100",
          pattern + "%");
      std::vector<platform::OrganizationSearchResultDto> dtos;
      while (statement.step()) {
        auto& dto = dtos.emplace_back();
        dto.id = statement.column<std::string>(0);
        dto.display_name = statement.column<std::string>(1);
      }
      return dtos;
    });
  }

  Answer<std::vector<platform::MemberDto>> get_organization_members(Call& call, std::string id) override {
    return read(call, in(id, Role::viewer, [](Transaction& tx, Organization& organization) {
                  std::vector<platform::MemberDto> dtos;
                  for (MemberRow const& member : list_members(tx.database, organization.id))
                    dtos.push_back(member_dto(tx, member));
                  return dtos;
                }));
  }
  Answer<platform::AccessPermissionDto> add_organization_member(
      Call& call, std::string id, platform::AddOrganizationMemberRequest request) override {
    return write(call,
                 in(id, Role::owner,
                    [request](Transaction& tx, Organization& organization) -> Result<platform::AccessPermissionDto> {
                      auto const role = read_role(request.access_permission_role);
                      if (!role) return role.error();
                      auto const member = invite(tx, organization, request.sid, *role);
                      if (!member) return member.error();
                      return permission_dto(*member);
                    }));
  }
  Answer<platform::MemberDto> get_organization_member(Call& call, std::string id, std::string user_id) override {
    return read(call, in(id, Role::viewer,
                         [user_id](Transaction& tx, Organization& organization) -> Result<platform::MemberDto> {
                           auto const member = get_member(tx, organization, user_id);
                           if (!member) return member.error();
                           return member_dto(tx, *member);
                         }));
  }
  Answer<platform::AccessPermissionDto> update_organization_member_permission(
      Call& call, std::string id, std::string user_id,
      platform::UpdateOrganizationMemberPermissionRequest request) override {
    return and_forget(write(
        call,
        in(id, Role::owner,
           [user_id, request](Transaction& tx, Organization& organization) -> Result<platform::AccessPermissionDto> {
             auto member = get_member(tx, organization, user_id);
             if (!member) return member.error();
             auto const role = read_role(request.access_permission_role);
             if (!role) return role.error();
             if (*role < Role::owner && is_last_owner(tx.database, organization.id, user_id))
               return conflict("the last OWNER keeps that role");
             member->role = *role;
             put_member(tx.database, *member);
             return permission_dto(*member);
           })));
  }
  Answer<void> delete_organization_member(Call& call, std::string id, std::string user_id) override {
    return and_forget(write(call, [id, user_id](Transaction& tx) -> Result<void> {
      bool const leaves = user_id == tx.caller.user_id;
      auto const organization = hub::get_organization(tx, id, leaves ? Role::viewer : Role::owner);
      if (!organization) return organization.error();
      if (auto const member = get_member(tx, *organization, user_id); !member) return member.error();
      if (is_last_owner(tx.database, id, user_id)) return conflict("the last OWNER cannot leave");
      delete_member(tx.database, id, user_id);
      return {};
    }));
  }

  Answer<Response> get_organization_image(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<Response> {
      if (!find_organization(tx.database, id)) return not_found("there is no organization " + id);
      return image_response(tx, id);
    });
  }
  Answer<void> update_organization_image(Call& call, std::string id,
                                         platform::UpdateOrganizationImageRequest request) override {
    return write(call, in(id, Role::owner, [request](Transaction& tx, Organization& organization) {
                   return put_image(tx, organization.id, request.file);
                 }));
  }
  Answer<void> delete_organization_image(Call& call, std::string id) override {
    return write(call, in(id, Role::owner, [](Transaction& tx, Organization& organization) -> Result<void> {
                   delete_attachment(tx, organization.id, image_name);
                   return {};
                 }));
  }

  Answer<std::map<std::string, bool>> get_organization_provider_token_availability(Call& call,
                                                                                   std::string id) override {
    return read(call, in(id, Role::viewer, [](Transaction& tx, Organization& organization) {
                  return provider_token_availability(tx, organization.id);
                }));
  }
  Answer<platform::ProviderToken> get_organization_provider_token(Call& call, std::string id,
                                                                  std::string type) override {
    return read(call, in(id, Role::maintainer, [this, type](Transaction& tx, Organization& organization) {
                  return get_provider_token(tx, vault_, organization.id, type);
                }));
  }
  Answer<void> update_organization_provider_token(Call& call, std::string id, std::string type,
                                                  platform::UpdateOrganizationProviderTokenRequest request) override {
    return write(call, in(id, Role::maintainer, [this, type, request](Transaction& tx, Organization& organization) {
                   return put_provider_token(tx, vault_, organization.id, type, request.request);
                 }));
  }
  Answer<void> delete_organization_provider_token(Call& call, std::string id, std::string type) override {
    return write(call, in(id, Role::maintainer, [type](Transaction& tx, Organization& organization) {
                   return delete_provider_token(tx, organization.id, type);
                 }));
  }

  Answer<std::optional<platform::BudgetConfigurationDto>> get_organization_budget_configuration(
      Call& call, std::string id) override {
    return read(call, in(id, Role::viewer, [](Transaction& tx, Organization& organization) {
                  return budget_configuration(tx, organization.id);
                }));
  }
  Answer<platform::BudgetConfigurationDto> update_organization_budget_configuration(
      Call& call, std::string id, platform::UpdateOrganizationBudgetConfigurationRequest request) override {
    return write(call, in(id, Role::owner, [request](Transaction& tx, Organization& organization) {
                   return put_budget_configuration(tx, organization.id, request.amount_major);
                 }));
  }
  Answer<void> delete_organization_budget_configuration(Call& call, std::string id) override {
    return write(call, in(id, Role::owner, [](Transaction& tx, Organization& organization) -> Result<void> {
                   delete_budget(tx, organization.id);
                   return {};
                 }));
  }
  Answer<std::optional<platform::BudgetUsageDto>> get_organization_budget_usage(Call& call, std::string id) override {
    return read(call, in(id, Role::viewer, [this](Transaction& tx, Organization& organization) {
                  return budget_usage(tx, prices_, organization.id);
                }));
  }
  Answer<platform::FreeBudgetUsage> get_organization_free_budget_usage(Call& call, std::string id) override {
    return read(call, in(id, Role::viewer, [](Transaction&, Organization&) { return free_budget_usage(); }));
  }

 private:
  Vault const& vault_;
  Prices const& prices_;
};

}  // namespace

Mounted mount_organizations(Router& router, Platform const& platform) {
  return mount_new<Organizations>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
