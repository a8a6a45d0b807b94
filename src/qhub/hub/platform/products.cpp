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
  for (BackendDescription const& backend : catalogue.all()) {
    Price const price = prices.of(backend.id);
    auto& product = products.emplace_back();
    product.id = product.name = backend.id;
    auto const add = [&](std::string_view unit, Micros amount) {
      if (!product.prices) product.prices.emplace();
      auto& entry = product.prices->emplace_back();
      entry.type = price_type_of(backend.id);
      entry.unit_label = unit;
      entry.price = to_money(amount);
    };
    add("shot", price.per_shot);
    if (price.per_job > 0) add("job", price.per_job);
  }
  return products;
}

std::vector<platform::CostEntry> cost_entries(Prices const& prices, std::string_view tenant_id,
                                              std::string_view backend_id, std::int64_t shots, std::int64_t ended_at) {
  std::vector<platform::CostEntry> entries;
  auto const add = [&](Micros unit, std::int64_t quantity, std::string_view what) {
    if (unit == 0) return;
    auto& entry = entries.emplace_back();
    entry.consumer_id = tenant_id;
    entry.product_id = backend_id;
    entry.product_name = std::string(backend_id).append(", per ").append(what);
    entry.unit_price = to_money(unit);
    entry.quantity = entry.count = quantity;
    entry.total_amount = to_money(unit * quantity);
    entry.currency = currency;
    entry.timestamp = wire_time(ended_at);
  };
  Price const price = prices.of(backend_id);
  add(price.per_job, 1, "job");
  add(price.per_shot, shots, "shot");
  return entries;
}

}  // namespace qhub::hub
