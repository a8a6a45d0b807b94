#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/platform/billing.h"
#include "qhub/hub/platform/budget.h"
#include "qhub/hub/platform/kinds.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/platform/products.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/platform/announcements_handlers.h"
#include "qhub/platform/entitlements_handlers.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/products_handlers.h"
#include "qhub/platform/quantum_workloads_handlers.h"

/// What an account may use, and what that costs.
namespace qhub::hub {
namespace {

constexpr std::int64_t unlimited = -1;

std::string_view kind_of(Prices const& prices, std::string_view backend_id) {
  Price const price = prices.of(backend_id);
  return price.per_shot > 0 || price.per_job > 0 ? "PAID_SIMULATOR" : "FREE_SIMULATOR";
}

class Announcements final : public platform::AnnouncementsHandlers, ResourceHandlers {
 public:
  explicit Announcements(Platform const& platform) : ResourceHandlers(platform.transactions) {}

  Answer<std::vector<platform::AnnouncementDto>> get_announcements(Call& call) override {
    return read(call, [](Transaction& tx) {
      Statement row = tx.database.query(
          "SELECT id, category, title, message, valid_from, valid_until, created_at FROM announcements WHERE "
          "valid_from "
          "<= ?1 AND (valid_until IS NULL OR valid_until > ?1) ORDER BY created_at DESC, id",
          tx.now);
      auto const timestamp = [](std::int64_t time) {
        return Timestamp(Timestamp::Time(std::chrono::microseconds(time)));
      };
      std::vector<platform::AnnouncementDto> dtos;
      while (row.step()) {
        auto& dto = dtos.emplace_back();
        dto.id = row.column<std::string>(0);
        dto.category = row.column<std::string>(1);
        dto.title = row.column<std::string>(2);
        dto.message = row.column<std::string>(3);
        dto.valid_from = timestamp(row.column<std::int64_t>(4));
        if (auto const until = row.column<std::optional<std::int64_t>>(5)) dto.valid_until = timestamp(*until);
        dto.created_at = timestamp(row.column<std::int64_t>(6));
      }
      return dtos;
    });
  }
};

class Products final : public platform::ProductsHandlers {
 public:
  explicit Products(Platform const& platform) : catalogue_(platform.catalogue), prices_(platform.prices) {}

  Answer<std::vector<platform::PlatformProductDto>> get_products(Call&) override {
    return ready<std::vector<platform::PlatformProductDto>>(price_list(catalogue_, prices_));
  }

 private:
  Catalogue const& catalogue_;
  Prices const& prices_;
};

class EntitlementsOfCaller final : public platform::EntitlementsHandlers, ResourceHandlers {
 public:
  explicit EntitlementsOfCaller(Platform const& platform)
      : ResourceHandlers(platform.transactions), catalogue_(platform.catalogue), prices_(platform.prices) {}

  Answer<platform::Entitlements> get_entitlements(Call& call) override {
    return read(call, [this](Transaction& tx) { return entitlements(tx); });
  }
  Answer<platform::EntitlementDecision> check_job_eligibility(Call& call,
                                                              platform::CheckJobEligibilityRequest request) override {
    return read(call, [this, request](Transaction& tx) {
      platform::EntitlementDecision decision;
      BackendDescription const* const backend = catalogue_.find(request.backend_id);
      auto const use = budget_use(tx, prices_, tx.caller.tenant_id);
      if (!backend || backend->provider != request.provider.text())
        decision.reason = platform::EntitlementDecisionReason::BACKEND_UNKNOWN;
      else if (use && use->blocks())
        decision.reason = platform::EntitlementDecisionReason::BUDGET_REACHED;
      else if (allowance_left(tx, prices_, tx.caller.tenant_id).value_or(1) <= 0)
        decision.reason = platform::EntitlementDecisionReason::SPENDING_LIMIT_REACHED;
      decision.decision =
          decision.reason ? platform::EntitlementDecisionDecision::DENY : platform::EntitlementDecisionDecision::ALLOW;
      decision.concurrency_cap = unlimited;
      return decision;
    });
  }

 private:
  platform::Entitlements entitlements(Transaction& tx) const {
    std::string const& tenant = tx.caller.tenant_id;
    platform::Entitlements dto;
    dto.account_type = tx.caller.account_type;
    dto.wallet_balance = to_money(0);
    auto const limit = spending_limit_usage(tx, prices_, tenant);
    dto.spending_limit_usage.emplace().used = limit.amount_used;
    if (limit.spending_limit) dto.spending_limit_usage->limit = limit.spending_limit->money;
    if (auto const use = budget_use(tx, prices_, tenant)) {
      dto.budget_usage.emplace().used = to_money(use->used);
      dto.budget_usage->limit = to_money(use->limit);
    }
    Statement running = tx.database.query(
        "SELECT count(*) FROM jobs WHERE tenant_id = ? AND status IN ('PENDING', 'RUNNING', 'CANCELLING')", tenant);
    running.step();
    auto& jobs = dto.concurrency_policies.emplace()["quantumJobs"];
    jobs.current = running.column<std::int64_t>(0);
    jobs.max = unlimited;
    jobs.scope = platform::ConcurrencyUsageScope::TENANT;
    dto.cpu_per_service.emplace().limit = unlimited;
    dto.cpu_per_service->unit = "m";
    dto.memory_per_service.emplace().limit = unlimited;
    dto.memory_per_service->unit = "M";
    dto.gpu_per_service.emplace().max = 0;
    dto.gpu_per_service->unlimited = false;
    auto const counted = [](std::int64_t current) {
      platform::CountUsage usage;
      usage.current = current;
      usage.max = unlimited;
      return usage;
    };
    if (tx.caller.tenant_kind == TenantKind::organization)
      dto.organization_members = counted(static_cast<std::int64_t>(list_members(tx.database, tenant).size()));
    dto.internal_publications = counted(count(tx, kinds::service, tenant, "ACCESSIBLE"));
    dto.on_premise_services = counted(0);
    dto.accessible_backends.emplace();
    dto.accessible_backend_kinds.emplace();
    for (BackendDescription const& backend : catalogue_.all()) {
      auto& entry = dto.accessible_backends->emplace_back();
      // The vendor's list of providers has none for what only this hub runs.
      if (platform::Provider(backend.provider).is_known()) entry.provider = backend.provider;
      entry.backend_id = backend.id;
      entry.kind = kind_of(prices_, backend.id);
      entry.prices.emplace().push_back(price_type_of(backend.id));
      if (std::ranges::find(*dto.accessible_backend_kinds, *entry.kind) == dto.accessible_backend_kinds->end())
        dto.accessible_backend_kinds->push_back(*entry.kind);
    }
    dto.service_execution_runtime_cap = JsonObject();
    dto.policies.emplace().commercial_subscription = tx.caller.account_type == "PROFESSIONAL";
    dto.policies->pay_as_you_go_allowance_configuration = true;
    return dto;
  }

  Catalogue const& catalogue_;
  Prices const& prices_;
};

class QuantumWorkloads final : public platform::QuantumWorkloadsHandlers, ResourceHandlers {
 public:
  explicit QuantumWorkloads(Platform const& platform)
      : ResourceHandlers(platform.transactions), prices_(platform.prices) {}

  Answer<std::optional<std::vector<platform::CostEntry>>> get_quantum_job_costs(Call& call, std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<std::optional<std::vector<platform::CostEntry>>> {
      auto const job = find_job(tx.database, {.tenant_id = tx.caller.tenant_id, .id = id, .service_execution_id = {}});
      if (!job) return not_found("there is no job " + id);
      if (!job->is_final()) return std::optional<std::vector<platform::CostEntry>>();
      if (job->status != "COMPLETED") return std::optional(std::vector<platform::CostEntry>());
      return std::optional(
          cost_entries(prices_, job->tenant_id, job->backend_id, job->shots, job->ended_at.value_or(0)));
    });
  }
  Answer<std::optional<platform::QuantumWorkloadCosts>> get_quantum_workload_costs(Call& call,
                                                                                   std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<std::optional<platform::QuantumWorkloadCosts>> {
      Statement session =
          tx.database.query("SELECT 1 FROM sessions WHERE id = ? AND tenant_id = ?", id, tx.caller.tenant_id);
      bool const is_session = session.step();
      Statement row = tx.database.query(
          "SELECT backend_id, shots, status FROM jobs WHERE tenant_id = ?1 AND (id = ?2 OR session_id = ?2)",
          tx.caller.tenant_id, id);
      Micros total = 0;
      std::int64_t found = 0, unfinished = 0;
      while (row.step()) {
        std::string const status = row.column<std::string>(2);
        ++found;
        if (status == "PENDING" || status == "RUNNING" || status == "CANCELLING") ++unfinished;
        if (status == "COMPLETED") total += prices_.of(row.column<std::string>(0)).of(1, row.column<std::int64_t>(1));
      }
      if (found == 0 && !is_session) return not_found("there is no workload " + id);
      if (unfinished > 0) return std::optional<platform::QuantumWorkloadCosts>();
      platform::QuantumWorkloadCosts costs;
      costs.total_cost = to_money(total);
      costs.currency = currency;
      return std::optional(std::move(costs));
    });
  }

 private:
  Prices const& prices_;
};

}  // namespace

Mounted mount_announcements(Router& router, Platform const& platform) {
  return mount_new<Announcements>(router, platform_prefix, platform);
}
Mounted mount_entitlements(Router& router, Platform const& platform) {
  return mount_new<EntitlementsOfCaller>(router, platform_prefix, platform);
}
Mounted mount_products(Router& router, Platform const& platform) {
  return mount_new<Products>(router, platform_prefix, platform);
}
Mounted mount_quantum_workloads(Router& router, Platform const& platform) {
  return mount_new<QuantumWorkloads>(router, platform_prefix, platform);
}

}  // namespace qhub::hub
