#include "qhub/platform/billing_handlers.h"

#include <boost/json.hpp>

#include "qhub/hub/platform/billing.h"
#include "qhub/hub/platform/budget.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/platform/organizations.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

constexpr double least_top_up = 5;

/// Whose account it is about.
struct Tenant {
  std::string id;
  TenantKind kind;
};

Error no_payment_provider() {
  return unsupported("this hub has no payment provider: nothing is paid through it, its operator settles accounts");
}

/// Members of an organization with that role; `work(tx, tenant)`.
template <class Work>
auto of(std::string id, Role needed, Work work) {
  return [id = std::move(id), needed,
          work](Transaction& tx) mutable -> AsResult<std::invoke_result_t<Work&, Transaction&, Tenant const&>> {
    auto const organization = get_organization(tx, id, needed);
    if (!organization) return organization.error();
    return work(tx, Tenant{id, TenantKind::organization});
  };
}
/// The calling user, in whatever context he calls.
template <class Work>
auto mine(Work work) {
  return [work](Transaction& tx) mutable { return work(tx, Tenant{tx.caller.user_id, TenantKind::user}); };
}
/// The calling user, or the organization that he acts for.
template <class Work>
auto of_caller(Role needed, Work work) {
  return [needed, work](Transaction& tx) mutable -> AsResult<std::invoke_result_t<Work&, Transaction&, Tenant const&>> {
    if (tx.caller.role < needed)
      return forbidden(std::string("this needs the role ").append(role_text(needed)).append(" in the organization"));
    return work(tx, Tenant{tx.caller.tenant_id, tx.caller.tenant_kind});
  };
}

Result<void> check_top_up(std::optional<double> const& amount, std::optional<std::string> const& given_currency) {
  if (!amount || !(*amount >= least_top_up)) return invalid("amount", "is at least 5");
  if (given_currency && *given_currency != currency) return invalid("currency", "is EUR");
  return {};
}

class Billing final : public platform::BillingHandlers, ResourceHandlers {
 public:
  explicit Billing(Platform const& platform) : ResourceHandlers(platform.transactions), prices_(platform.prices) {}

  Answer<std::optional<platform::PayAsYouGoAllowanceConfigurationDto>> get_organization_allowance_configuration(
      Call& call, std::string id) override {
    return read(call, of(id, Role::viewer, [](Transaction& tx, Tenant const& t) { return find_allowance(tx, t.id); }));
  }
  Answer<std::optional<platform::PayAsYouGoAllowanceConfigurationDto>> get_user_allowance_configuration(
      Call& call) override {
    return read(call, mine([](Transaction& tx, Tenant const& t) { return find_allowance(tx, t.id); }));
  }
  Answer<platform::PayAsYouGoAllowanceConfigurationDto> update_organization_allowance_configuration(
      Call& call, std::string id, platform::UpdateOrganizationAllowanceConfigurationRequest request) override {
    return write(call, of(id, Role::owner, [request](Transaction& tx, Tenant const& t) {
                   return put_allowance(tx, t.id, request.allowance);
                 }));
  }
  Answer<platform::PayAsYouGoAllowanceConfigurationDto> update_user_allowance_configuration(
      Call& call, platform::UpdateUserAllowanceConfigurationRequest request) override {
    return write(
        call, mine([request](Transaction& tx, Tenant const& t) { return put_allowance(tx, t.id, request.allowance); }));
  }
  Answer<void> delete_organization_allowance_configuration(Call& call, std::string id) override {
    return write(call, of(id, Role::owner, [](Transaction& tx, Tenant const& t) -> Result<void> {
                   delete_allowance(tx, t.id);
                   return {};
                 }));
  }
  Answer<void> delete_user_allowance_configuration(Call& call) override {
    return write(call, mine([](Transaction& tx, Tenant const& t) -> Result<void> {
                   delete_allowance(tx, t.id);
                   return {};
                 }));
  }
  Answer<std::optional<platform::PayAsYouGoAllowanceUsageDto>> get_organization_allowance_usage(
      Call& call, std::string id) override {
    return read(call, of(id, Role::viewer,
                         [this](Transaction& tx, Tenant const& t) { return allowance_usage(tx, prices_, t.id); }));
  }
  Answer<std::optional<platform::PayAsYouGoAllowanceUsageDto>> get_user_allowance_usage(Call& call) override {
    return read(call, mine([this](Transaction& tx, Tenant const& t) { return allowance_usage(tx, prices_, t.id); }));
  }
  Answer<std::optional<platform::SpendingLimitUsage>> get_organization_spending_limit_usage(Call& call,
                                                                                            std::string id) override {
    return read(call, of(id, Role::viewer, [this](Transaction& tx, Tenant const& t) {
                  return std::optional(spending_limit_usage(tx, prices_, t.id));
                }));
  }
  Answer<std::optional<platform::SpendingLimitUsage>> get_user_spending_limit_usage(Call& call) override {
    return read(call, mine([this](Transaction& tx, Tenant const& t) {
                  return std::optional(spending_limit_usage(tx, prices_, t.id));
                }));
  }

  Answer<std::optional<platform::BudgetDto>> get_budget(Call& call) override {
    return read(call, of_caller(Role::viewer, [](Transaction& tx, Tenant const& t) { return find_budget(tx, t.id); }));
  }
  Answer<platform::BudgetDto> update_budget(Call& call, platform::UpdateBudgetRequest request) override {
    return write(call, of_caller(Role::owner, [request](Transaction& tx, Tenant const& t) {
                   return put_budget(tx, t.id, request);
                 }));
  }
  Answer<void> delete_budget(Call& call) override {
    return write(call, of_caller(Role::owner, [](Transaction& tx, Tenant const& t) -> Result<void> {
                   hub::delete_budget(tx, t.id);
                   return {};
                 }));
  }
  Answer<std::optional<platform::AmountUsage>> get_budget_usage(Call& call) override {
    return read(call, of_caller(Role::viewer, [this](Transaction& tx, Tenant const& t) {
                  std::optional<platform::AmountUsage> usage;
                  if (auto const use = budget_use(tx, prices_, t.id)) {
                    usage.emplace().used = to_money(use->used);
                    usage->limit = to_money(use->limit);
                  }
                  return usage;
                }));
  }

  Answer<platform::TenantBalanceDto> get_organization_balance(Call& call, std::string id) override {
    return read(call, of(id, Role::viewer,
                         [this](Transaction& tx, Tenant const& t) { return balance_of(tx, prices_, t.id, t.kind); }));
  }
  Answer<platform::TenantBalanceDto> get_my_balance(Call& call) override {
    return read(call, mine([this](Transaction& tx, Tenant const& t) { return balance_of(tx, prices_, t.id, t.kind); }));
  }
  Answer<platform::BillingAccountDto> get_billing_account(Call& call, std::string id) override {
    return read(call, of(id, Role::viewer,
                         [](Transaction& tx, Tenant const& t) { return billing_account_of(tx, t.id, t.kind); }));
  }
  Answer<platform::BillingAccountDto> get_billing_account1(Call& call) override {
    return read(call, mine([](Transaction& tx, Tenant const& t) { return billing_account_of(tx, t.id, t.kind); }));
  }

  Answer<platform::CostReport> get_organization_cost_report(
      Call& call, std::string id, platform::GetOrganizationCostReportRequest request) override {
    platform::GetMyCostReportRequest const same{
        request.from, request.to, request.granularity, request.group_by, request.workload_classes, request.role};
    return read(call, of(id, Role::viewer, [this, same](Transaction& tx, Tenant const& t) {
                  return cost_report(tx, prices_, t.id, same);
                }));
  }
  Answer<platform::CostReport> get_my_cost_report(Call& call, platform::GetMyCostReportRequest request) override {
    return read(call, mine([this, request](Transaction& tx, Tenant const& t) {
                  return cost_report(tx, prices_, t.id, request);
                }));
  }
  Answer<platform::PageResponseBillingHistoryEntryDto> get_organization_billing_history(
      Call& call, std::string id, platform::GetOrganizationBillingHistoryRequest request) override {
    platform::GetMyBillingHistoryRequest const same{request.from, request.to,   request.type,
                                                    request.page, request.size, request.sort};
    return read(call, of(id, Role::owner, [this, same](Transaction& tx, Tenant const& t) {
                  return billing_history(tx, prices_, t.id, t.kind, same);
                }));
  }
  Answer<platform::PageResponseBillingHistoryEntryDto> get_my_billing_history(
      Call& call, platform::GetMyBillingHistoryRequest request) override {
    return read(call, mine([this, request](Transaction& tx, Tenant const& t) {
                  return billing_history(tx, prices_, t.id, t.kind, request);
                }));
  }

  // What is paid would need a payment provider; what is earned would come from one.
  Answer<std::vector<platform::RevenueReportDto>> get_organization_revenue(
      Call& call, std::string id, platform::GetOrganizationRevenueRequest) override {
    return read(call, of(id, Role::viewer, no_revenue));
  }
  Answer<std::vector<platform::RevenueReportDto>> get_my_revenue(Call& call, platform::GetMyRevenueRequest) override {
    return read(call, mine(no_revenue));
  }
  Answer<platform::RevenueAccountDto> get_revenue_account(Call& call, std::string id) override {
    return read(call, of(id, Role::viewer, no_revenue_account));
  }
  Answer<platform::RevenueAccountDto> get_revenue_account1(Call& call) override {
    return read(call, mine(no_revenue_account));
  }
  Answer<void> delete_revenue_account(Call& call, std::string id) override {
    return write(call, of(id, Role::owner, no_revenue_account_to_delete));
  }
  Answer<void> delete_revenue_account1(Call& call) override { return write(call, mine(no_revenue_account_to_delete)); }
  Answer<std::optional<platform::PlatformSubscriptionDto>> get_platform_subscription(Call& call,
                                                                                     std::string id) override {
    return read(call, of(id, Role::viewer, no_subscription));
  }
  Answer<std::optional<platform::PlatformSubscriptionDto>> get_platform_subscription1(Call& call) override {
    return read(call, mine(no_subscription));
  }
  Answer<platform::RevenueAccountLink> create_account_link(Call& call, std::string id,
                                                           platform::CreateAccountLinkRequest) override {
    return read(call, of(id, Role::owner, refuse<platform::RevenueAccountLink>));
  }
  Answer<platform::RevenueAccountLink> create_account_link1(Call& call, platform::CreateAccountLink1Request) override {
    return read(call, mine(refuse<platform::RevenueAccountLink>));
  }
  Answer<platform::CheckoutSessionDto> create_platform_subscription_checkout(
      Call& call, std::string id, platform::CreatePlatformSubscriptionCheckoutRequest) override {
    return read(call, of(id, Role::owner, refuse<platform::CheckoutSessionDto>));
  }
  Answer<platform::CheckoutSessionDto> create_platform_subscription_checkout1(
      Call& call, platform::CreatePlatformSubscriptionCheckout1Request) override {
    return read(call, mine(refuse<platform::CheckoutSessionDto>));
  }
  Answer<platform::BillingPortalLink> create_portal_link(Call& call, std::string id,
                                                         platform::CreatePortalLinkRequest) override {
    return read(call, of(id, Role::owner, refuse<platform::BillingPortalLink>));
  }
  Answer<platform::BillingPortalLink> create_portal_link1(Call& call, platform::CreatePortalLink1Request) override {
    return read(call, mine(refuse<platform::BillingPortalLink>));
  }
  Answer<platform::CheckoutSessionDto> create_credits_checkout(
      Call& call, std::string id, platform::CreateCreditsCheckoutRequest request) override {
    return read(call,
                of(id, Role::owner, [request](Transaction&, Tenant const&) -> Result<platform::CheckoutSessionDto> {
                  if (auto const good = check_top_up(request.amount, request.currency); !good) return good.error();
                  return no_payment_provider();
                }));
  }
  Answer<platform::CheckoutSessionDto> create_credits_checkout1(
      Call& call, platform::CreateCreditsCheckout1Request request) override {
    return read(call, mine([request](Transaction&, Tenant const&) -> Result<platform::CheckoutSessionDto> {
                  if (auto const good = check_top_up(request.amount, request.currency); !good) return good.error();
                  return no_payment_provider();
                }));
  }

 private:
  template <class T>
  static Result<T> refuse(Transaction&, Tenant const&) {
    return no_payment_provider();
  }
  static std::vector<platform::RevenueReportDto> no_revenue(Transaction&, Tenant const&) { return {}; }
  static Result<platform::RevenueAccountDto> no_revenue_account(Transaction&, Tenant const&) {
    return not_found("there is no revenue account");
  }
  static Result<void> no_revenue_account_to_delete(Transaction&, Tenant const&) {
    return not_found("there is no revenue account");
  }
  static std::optional<platform::PlatformSubscriptionDto> no_subscription(Transaction&, Tenant const&) { return {}; }

  Prices const& prices_;
};

}  // namespace

Mounted mount_billing(Router& router, Platform const& platform) {
  return mount_new<Billing>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
