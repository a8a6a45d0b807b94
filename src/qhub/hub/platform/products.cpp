#include "qhub/hub/platform/products.h"

#include <algorithm>

#include "qhub/hub/resource/resource.h"

namespace qhub::hub {
namespace {

struct PriceType {
  std::string_view backend_id;
  std::string_view type;
};
constexpr PriceType price_types[] = {
    {"aws.sim.sv1", "AWS_SV1"},
    {"aws.sim.dm1", "AWS_DM1"},
    {"azure.ionq.simulator", "AZURE_IONQ_SIMULATOR"},
    {"kipu.sim.qsim", "KIPU_SIM_QSIM"},
    {"qudora.sim.xg1", "QUDORA_SIM_XG1"},
    {"aqt.sim.ideal", "AQT_SIM_IDEAL"},
};

}  // namespace

std::string_view price_type_of(std::string_view backend_id) {
  auto const found = std::ranges::find(price_types, backend_id, &PriceType::backend_id);
  return found == std::end(price_types) ? "UNKNOWN" : found->type;
}

std::vector<platform::PlatformProductDto> price_list(Catalogue const& catalogue, Prices const& prices) {
  std::vector<platform::PlatformProductDto> products;
  auto const add_product = [&](std::string_view id) {
    auto& product = products.emplace_back();
    product.id = product.name = id;
    product.prices.emplace();
  };
  auto const add_price = [&](std::string_view unit, Micros amount) {
    auto& entry = products.back().prices->emplace_back();
    entry.type = price_type_of(*products.back().id);
    entry.unit_label = unit;
    entry.price = to_money(amount);
  };
  for (BackendDescription const& backend : catalogue.all()) {
    Price const price = prices.of(backend.id);
    add_product(backend.id);
    add_price("shot", price.per_shot);
    if (price.per_job > 0) add_price("job", price.per_job);
  }
  ServicePrice const& services = prices.of_services();
  if (services.is_free()) return products;
  add_product(service_product);
  if (services.per_second > 0) add_price("second", services.per_second);
  if (services.per_execution > 0) add_price("execution", services.per_execution);
  return products;
}

namespace {

/// Of one run: what each of its units costs, unless it is free.
struct Charge {
  Micros unit;
  std::int64_t quantity;
  std::string_view what;
};
std::vector<platform::CostEntry> entries_of(std::string_view tenant_id, std::string_view product,
                                            std::initializer_list<Charge> charges, std::int64_t ended_at) {
  std::vector<platform::CostEntry> entries;
  for (Charge const& charge : charges) {
    if (charge.unit == 0) continue;
    auto& entry = entries.emplace_back();
    entry.consumer_id = tenant_id;
    entry.product_id = product;
    entry.product_name = std::string(product).append(", per ").append(charge.what);
    entry.unit_price = to_money(charge.unit);
    entry.quantity = entry.count = charge.quantity;
    entry.total_amount = to_money(charge.unit * charge.quantity);
    entry.currency = currency;
    entry.timestamp = wire_time(ended_at);
  }
  return entries;
}

}  // namespace

std::vector<platform::CostEntry> cost_entries(Prices const& prices, std::string_view tenant_id,
                                              std::string_view backend_id, std::int64_t shots, std::int64_t ended_at) {
  Price const price = prices.of(backend_id);
  return entries_of(tenant_id, backend_id, {{price.per_job, 1, "job"}, {price.per_shot, shots, "shot"}}, ended_at);
}

std::vector<platform::CostEntry> execution_cost_entries(Prices const& prices, std::string_view tenant_id,
                                                        std::int64_t seconds, std::int64_t ended_at) {
  ServicePrice const& price = prices.of_services();
  return entries_of(tenant_id, service_product,
                    {{price.per_execution, 1, "execution"}, {price.per_second, seconds, "second"}}, ended_at);
}

}  // namespace qhub::hub
