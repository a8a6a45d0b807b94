#include "qhub/platform/users_handlers.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/platform/budget.h"
#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/platform/organizations.h"
#include "qhub/hub/platform/provider_tokens.h"

namespace qhub::hub {
namespace {

platform::AccountDto account_dto(std::string_view id, std::string_view name, TenantKind kind, Role role,
                                 std::string_view account_type) {
  platform::AccountDto dto;
  dto.id = id;
  dto.tenant_type = tenant_kind_text(kind);
  dto.display_name = name;
  dto.role = role_text(role);
  dto.account_type = account_type;
  dto.organization = dto.is_organization = kind == TenantKind::organization;
  return dto;
}

/// The caller's answer to an invitation that is still open.
Result<void> answer_invitation(Transaction& tx, std::string const& id, std::string_view status) {
  auto invitation = find_invitation(tx.database, id);
  if (!invitation || invitation->user_id != tx.caller.user_id || invitation->status != "PENDING")
    return not_found("you have no open invitation " + id);
  invitation->status = status;
  put_member(tx.database, *invitation);
  return {};
}

/// What belongs to the calling user, in whatever context he calls.
class Users final : public platform::UsersHandlers, ResourceHandlers {
 public:
  explicit Users(Platform const& platform)
      : ResourceHandlers(platform.transactions), vault_(platform.vault), prices_(platform.prices) {}

  Answer<std::vector<platform::AccountDto>> get_my_accounts(Call& call) override {
    return read(call, [](Transaction& tx) {
      std::vector<platform::AccountDto> accounts;
      if (auto const user = find_user(tx.database, tx.caller.user_id))
        accounts.push_back(account_dto(user->id, user->name, TenantKind::user, Role::owner, user->account_type));
      for (MemberRow const& member : list_memberships(tx.database, tx.caller.user_id, "ACCEPTED"))
        if (auto const organization = find_organization(tx.database, member.organization_id))
          accounts.push_back(account_dto(organization->id, organization->display_name, TenantKind::organization,
                                         member.role, organization->account_type));
      return accounts;
    });
  }

  Answer<std::vector<platform::InvitationDto>> get_my_invitations(Call& call) override {
    return read(call, [](Transaction& tx) {
      std::vector<platform::InvitationDto> dtos;
      for (MemberRow const& invitation : list_memberships(tx.database, tx.caller.user_id, "PENDING")) {
        auto& dto = dtos.emplace_back();
        dto.id = invitation.invitation_id;
        dto.invitee_id = invitation.user_id;
        dto.inviter_id = invitation.inviter_id;
        dto.inviter_name = tenant_name(tx.database, invitation.inviter_id);
        dto.entity_name = tenant_name(tx.database, invitation.organization_id);
        dto.role = role_text(invitation.role);
        dto.status = invitation.status;
        dto.created_at = wire_time(invitation.created_at);
      }
      return dtos;
    });
  }
  Answer<void> accept_invitation(Call& call, std::string id) override {
    return and_forget(write(call, [id](Transaction& tx) { return answer_invitation(tx, id, "ACCEPTED"); }));
  }
  Answer<void> decline_invitation(Call& call, std::string id) override {
    return and_forget(write(call, [id](Transaction& tx) { return answer_invitation(tx, id, "DECLINED"); }));
  }

  Answer<std::map<std::string, bool>> get_user_provider_token_availability(Call& call) override {
    return read(call, [](Transaction& tx) { return provider_token_availability(tx, tx.caller.user_id); });
  }
  Answer<platform::ProviderToken> get_user_provider_token(Call& call, std::string type) override {
    return read(call,
                [this, type](Transaction& tx) { return get_provider_token(tx, vault_, tx.caller.user_id, type); });
  }
  Answer<void> update_user_provider_token(Call& call, std::string type,
                                          platform::UpdateUserProviderTokenRequest request) override {
    return write(call, [this, type, request](Transaction& tx) {
      return put_provider_token(tx, vault_, tx.caller.user_id, type, request.request);
    });
  }
  Answer<void> delete_user_provider_token(Call& call, std::string type) override {
    return write(call, [type](Transaction& tx) { return delete_provider_token(tx, tx.caller.user_id, type); });
  }

  Answer<std::optional<platform::BudgetConfigurationDto>> get_user_budget_configuration(Call& call) override {
    return read(call, [](Transaction& tx) { return budget_configuration(tx, tx.caller.user_id); });
  }
  Answer<platform::BudgetConfigurationDto> update_user_budget_configuration(
      Call& call, platform::UpdateUserBudgetConfigurationRequest request) override {
    return write(call, [request](Transaction& tx) {
      return put_budget_configuration(tx, tx.caller.user_id, request.amount_major);
    });
  }
  Answer<void> delete_user_budget_configuration(Call& call) override {
    return write(call, [](Transaction& tx) -> Result<void> {
      delete_budget(tx, tx.caller.user_id);
      return {};
    });
  }
  Answer<std::optional<platform::BudgetUsageDto>> get_user_budget_usage(Call& call) override {
    return read(call, [this](Transaction& tx) { return budget_usage(tx, prices_, tx.caller.user_id); });
  }
  Answer<platform::FreeBudgetUsage> get_user_free_budget_usage(Call&) override {
    return ready<platform::FreeBudgetUsage>(free_budget_usage());
  }

 private:
  Vault const& vault_;
  Prices const& prices_;
};

}  // namespace

Mounted mount_users(Router& router, Platform const& platform) {
  return mount_new<Users>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
