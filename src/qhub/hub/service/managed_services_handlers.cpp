#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <system_error>

#include "qhub/hub/http/file_response.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/archive.h"
#include "qhub/hub/service/log_file.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/service/service_documents.h"
#include "qhub/platform/managed_services_handlers.h"
#include "qhub/service/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::size_t max_log_entries = 100'000;

Json to_json(auto const& value) {
  return *api::parse(api::encode(value));
}

/// What is kept of a source: passwords are for writing only.
Result<Json> read_source(std::string_view field, platform::ServiceSource const& source) {
  if (source.get_if<Json>())
    return invalid(std::string(field), "must be an object whose type is file, registry or repository");
  Json json = to_json(source);
  json.get_object().erase("password");
  return json;
}

/// Puts a resource configuration in place of the one of the same type.
Result<void> put_configuration(JsonObject& definition, std::string_view field,
                               platform::ServiceResourceConfiguration const& request) {
  if (request.get_if<Json>())
    return invalid(std::string(field), "must be an object whose type is cpu, memory or gpu");
  Json configuration = to_json(request);
  Json& list = definition["configurations"];
  if (!list.is_array()) list = boost::json::array();
  Json const* const type = configuration.get_object().if_contains("type");
  for (Json& entry : list.get_array())
    if (type && entry.is_object() && entry.get_object().if_contains("type") && entry.get_object().at("type") == *type) {
      entry = std::move(configuration);
      return {};
    }
  list.get_array().push_back(std::move(configuration));
  return {};
}

Result<void> check_environment(std::optional<std::map<std::string, std::string>> const& environment) {
  if (!environment) return {};
  for (auto const& [name, value] : *environment)
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
        value.find('\0') != std::string::npos)
      return invalid("environment", fmt::format("'{}' is no name of a variable, or its value has a zero byte", name));
  return {};
}

class ManagedServices final : public platform::ManagedServicesHandlers, ResourceHandlers {
 public:
  explicit ManagedServices(ServiceApi const& api) : ResourceHandlers(api.transactions), host_(api.host) {}

  Answer<platform::ServiceDto> create_managed_service(Call& call,
                                                      platform::CreateManagedServiceRequest request) override {
    return write(call, [this, &call, request](Transaction& tx) -> Result<platform::ServiceDto> {
      Result<Json> source = read_source("source", request.source);
      if (!source) return std::move(source).error();
      JsonObject definition{{"type", "MANAGED"}, {"source", std::move(*source)}};
      platform::ServiceRuntimeConfiguration runtime;
      runtime.runtime = platform::ServiceRuntimeConfigurationRuntime::PYTHON_TEMPLATE;
      if (request.runtime_configuration) runtime = *request.runtime_configuration;
      if (auto const checked = check_environment(runtime.environment); !checked) return checked.error();
      definition["runtimeConfiguration"] = to_json(runtime);
      definition["configurations"] = boost::json::array();
      if (request.resource_configurations)
        for (auto const& configuration : *request.resource_configurations)
          if (auto put = put_configuration(definition, "resourceConfigurations", configuration); !put)
            return put.error();
      auto const service = create_service(tx, {.name = request.name,
                                               .summary = request.summary.value_or(""),
                                               .description = request.description.value_or(""),
                                               .definition = std::move(definition)});
      if (!service) return service.error();
      return ServiceDocuments{host_, call.request}.service(tx, *service);
    });
  }

  Answer<hub::Response> download_managed_service_source(Call& call, std::string id) override {
    return read(call, [this, &call, id](Transaction& tx) -> Result<Response> {
      auto const service = hub::get_service(tx, id, "MANAGED", Role::maintainer);
      if (!service) return service.error();
      auto response = file_response(call.request, host_.files().service(id), "source.zip", "application/zip");
      if (!response) return not_found("no source has been uploaded for the service " + id);
      return response;
    });
  }
  Answer<void> update_managed_service_source(Call& call, std::string id,
                                             platform::UpdateManagedServiceSourceRequest request) override {
    return change(call, std::move(id), [request](JsonObject& definition) -> Result<void> {
      Result<Json> source = read_source("body", request.request);
      if (!source) return std::move(source).error();
      definition["source"] = std::move(*source);
      return {};
    });
  }
  /// The archive is checked first and kept as a file; a build of it starts by itself.
  Answer<void> upload_managed_service_source(Call& call, std::string id,
                                             platform::UploadManagedServiceSourceRequest request) override {
    auto const find_it = [id](Transaction& tx) { return hub::get_service(tx, id, "MANAGED", Role::maintainer); };
    Result<Resource> const service = co_await read(call, find_it);
    if (!service) co_return service.error();
    namespace fs = std::filesystem;
    std::error_code error;
    fs::path const incoming = host_.files().incoming() / random_uuid();
    if (request.file.path.empty()) {
      if (Result<void> const written = write_file(incoming, request.file.content); !written)
        co_return written.error();
    } else {
      fs::rename(request.file.path, incoming, error);
      if (error) fs::copy_file(request.file.path, incoming, error);
      if (error) co_return Error{ErrorKind::unavailable, "the archive cannot be kept: " + error.message(), {}};
    }
    if (Result<void> const checked = check_zip(incoming); !checked) {
      fs::remove(incoming, error);
      co_return checked.error();
    }
    fs::create_directories(host_.files().service(id), error);
    fs::rename(incoming, host_.files().source(id), error);
    if (error) co_return Error{ErrorKind::unavailable, "the archive cannot be kept: " + error.message(), {}};
    co_return co_await build_managed_service(call, id);
  }

  Answer<void> update_managed_service_runtime_configuration(
      Call& call, std::string id, platform::UpdateManagedServiceRuntimeConfigurationRequest request) override {
    return change(call, std::move(id), [request](JsonObject& definition) -> Result<void> {
      if (auto const checked = check_environment(request.environment); !checked) return checked.error();
      definition["runtimeConfiguration"] = to_document(request);
      return {};
    });
  }
  Answer<void> update_managed_service_resource_configuration(
      Call& call, std::string id, platform::UpdateManagedServiceResourceConfigurationRequest request) override {
    return change(call, std::move(id), [request](JsonObject& definition) -> Result<void> {
      return put_configuration(definition, "body", request.request);
    });
  }

  Answer<platform::PricingPlanDto> add_managed_service_pricing_plan(
      Call& call, std::string id, platform::AddManagedServicePricingPlanRequest request) override {
    return write(call, [id, request](Transaction& tx) -> Result<platform::PricingPlanDto> {
      auto service = hub::get_service(tx, id, "MANAGED", Role::owner);
      if (!service) return service.error();
      if (request.type == "COMMERCIAL" && !(request.profit_percentage.value_or(0) >= 0))
        return invalid("profitPercentage", "must not be negative");
      platform::PricingPlanDto plan;
      plan.id = random_uuid();
      plan.type = request.type;
      plan.profit_percentage = request.profit_percentage;
      if (auto const saved = set_pricing_plan(tx, *service, plan); !saved) return saved.error();
      return plan;
    });
  }
  Answer<void> delete_managed_service_pricing_plan(Call& call, std::string id) override {
    return write(call, [id](Transaction& tx) -> Result<void> {
      auto service = hub::get_service(tx, id, "MANAGED", Role::owner);
      if (!service) return service.error();
      return set_pricing_plan(tx, *service, std::nullopt);
    });
  }

  Answer<void> build_managed_service(Call& call, std::string id) override {
    auto const find_it = [id](Transaction& tx) { return hub::get_service(tx, id, "MANAGED", Role::maintainer); };
    Result<Resource> const service = co_await read(call, find_it);
    if (!service) co_return service.error();
    if (Result<void> const begun = co_await host_.build(id); !begun) co_return begun.error();
    auto const for_the_audit = [](Transaction&) -> Result<void> { return {}; };
    co_return co_await write(call, for_the_audit);
  }
  Answer<platform::BuildJobDto> get_managed_service_build_status(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<platform::BuildJobDto> {
      auto const build = latest(tx, id);
      if (!build) return build.error();
      platform::BuildJobDto dto;
      dto.status = platform::BuildJobDtoStatus(build->status);
      dto.step = platform::BuildJobDtoStep(build->step);
      dto.created_at = wire_time(build->created_at);
      if (build->finished_at) dto.finished_at = wire_time(*build->finished_at);
      if (build->validation)
        dto.validation_result = to_wire<platform::ValidationResult>(*api::parse(*build->validation));
      return dto;
    });
  }
  Answer<std::vector<platform::LogEntry>> get_managed_service_build_logs(Call& call, std::string id) override {
    return read(call, [this, id](Transaction& tx) -> Result<std::vector<platform::LogEntry>> {
      auto const build = latest(tx, id);
      if (!build) return build.error();
      std::vector<platform::LogEntry> entries;
      for (std::string const& line : read_log(host_.files().build_log(id, build->number), max_log_entries))
        if (auto entry = api::decode_text<platform::LogEntry>(line)) entries.push_back(std::move(*entry));
      return entries;
    });
  }

 private:
  template <class Work>
  Answer<void> change(Call& call, std::string id, Work work) {
    return write(call, [id = std::move(id), work = std::move(work)](Transaction& tx) -> Result<void> {
      auto service = hub::get_service(tx, id, "MANAGED", Role::maintainer);
      if (!service) return service.error();
      if (Result<void> const done = work(definition_of(*service)); !done) return done.error();
      return save(tx, kinds::service, *service);
    });
  }
  static Result<BuildRow> latest(Transaction& tx, std::string const& id) {
    auto const service = hub::get_service(tx, id, "MANAGED", Role::viewer);
    if (!service) return service.error();
    auto build = latest_build(tx.database, id);
    if (!build) return not_found("the service " + id + " has not been built yet");
    return std::move(*build);
  }

  ServiceHost& host_;
};

}  // namespace

Mounted mount_managed_services(Router& router, ServiceApi const& api) {
  return mount_new<ManagedServices>(router, platform_prefix, api);
}

}  // namespace qhub::hub
