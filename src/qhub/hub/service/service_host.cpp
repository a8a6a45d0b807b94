#include "qhub/hub/service/service_host.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cmath>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/platform/spending.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/service/applications.h"
#include "qhub/hub/service/data_pools.h"
#include "qhub/hub/resource/own_transaction.h"
#include "qhub/hub/store/clock.h"
#include "qhub/hub/workflow/engine.h"

namespace qhub::hub {
namespace {

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

/// What a service asks for, as the resource configurations of its definition say.
void apply_resources(JsonObject const& definition, std::uint64_t max_memory, ServiceProgram& program) {
  Json const* const list = definition.if_contains("configurations");
  if (!list || !list->is_array()) return;
  for (Json const& resource : list->get_array()) {
    JsonObject const* const object = resource.if_object();
    Json const* const type = object ? object->if_contains("type") : nullptr;
    Json const* const amount = object ? object->if_contains("amount") : nullptr;
    if (!type || !type->is_string() || !amount || !amount->is_number()) continue;
    double const value = amount->to_number<double>();
    if (type->get_string() == "memory" && value > 0)
      program.limits.memory_bytes = std::min(static_cast<std::uint64_t>(value * 1024 * 1024), max_memory);
    if (type->get_string() == "cpu" && value > 0)
      program.environment.emplace("OMP_NUM_THREADS", fmt::format("{:.0f}", std::ceil(value / 1000)));
  }
}

/// Runs an operation of the hub to its end on this thread.
Result<ExecutionRow> finish(asio::awaitable<Result<ExecutionRow>> work) {
  asio::io_context context;
  std::optional<Result<ExecutionRow>> outcome;
  auto const keep = [&]() -> asio::awaitable<void> { outcome.emplace(co_await std::move(work)); };
  auto ended = asio::co_spawn(context, keep, asio::use_future);
  context.run();
  ended.get();  // throws what was thrown
  return std::move(*outcome);
}

/// Where the hub's data lies may mean something else to an execution: /tmp is its own.
void see_environment_elsewhere(ServiceProgram& program) {
  std::filesystem::path const place = "/opt/environment";
  std::filesystem::path const environment = std::filesystem::path(*program.python).parent_path().parent_path();
  for (Mount& mount : program.mounts)
    if (mount.source == environment) mount.target = place;
  program.python = place / "bin/python";
}

std::string secrets_context(std::string_view execution_id) {
  return fmt::format("secrets of service execution {}", execution_id);
}

}  // namespace

Result<void> may_run_services(Principal const& principal) {
  if (principal.role >= Role::maintainer) return {};
  return failure(ErrorKind::forbidden,
                 "in this organization you may look at executions of services, not start or cancel them: that takes the "
                 "role MAINTAINER");
}

Result<std::unique_ptr<ServiceHost>> ServiceHost::open(Store& store, Vault const& vault,
                                                       std::filesystem::path const& data_directory,
                                                       ServiceOptions const& options) {
  Result<Sandbox> sandbox = Sandbox::probe(options.sandbox_program);
  if (!sandbox) return std::move(sandbox).error();
  if (sandbox->isolation() == Isolation::limits) {
    if (options.require_isolation)
      return failure(ErrorKind::unavailable,
                     "services cannot be isolated from this machine: " + sandbox->reason());
    spdlog::warn("services run with resource limits, but without isolation from this machine: {}", sandbox->reason());
  } else {
    spdlog::info("services run in namespaces of their own");
  }
  std::error_code error;
  for (char const* const name : {"services", "executions", "datapools", "incoming"}) {
    std::filesystem::create_directories(data_directory / name, error);
    // Programs of services may run as other users: what they must not see lies behind this.
    if (error || ::chmod((data_directory / name).c_str(), 0700) != 0)
      return failure(ErrorKind::forbidden, fmt::format("cannot make {}", (data_directory / name).string()));
  }
  // What an earlier hub was running is gone with it; its logs are elsewhere.
  for (auto const& service : std::filesystem::directory_iterator(data_directory / "services", error))
    std::filesystem::remove_all(service.path() / "running", error);
  return std::unique_ptr<ServiceHost>(new ServiceHost(store, vault, std::move(*sandbox), data_directory, options));
}

ServiceHost::ServiceHost(Store& store, Vault const& vault, Sandbox sandbox,
                         std::filesystem::path const& data_directory, ServiceOptions const& options)
    : store_(store),
      vault_(vault),
      sandbox_(std::move(sandbox)),
      files_(std::filesystem::absolute(data_directory)),
      options_(options),
      grants_(store, vault),
      workflows_(std::make_unique<WorkflowEngine>(
          store, files_,
          WorkflowEngine::Services{
              .start = [this](std::string id, Principal const& principal, ServiceRow const& service,
                              JsonObject input) -> Result<ExecutionRow> {
                return finish(submit({.principal = principal,
                                      .service = service,
                                      .parent_token = {},
                                      .body = std::move(input),
                                      .id = std::move(id)}));
              },
              .cancel = [this](std::string id) { return finish(cancel(std::move(id))); }})),
      pythons_(sandbox_, options.warm_pythons),
      runner_(store, sandbox_, pythons_, files_,
              {.program = [this](ExecutionRow const& execution) { return program_of(execution); },
               .input = [this](ExecutionRow const& execution) { return input_of(execution); },
               .token = [this](ExecutionRow const& execution,
                               std::chrono::seconds lifetime) { return token_of(execution, lifetime); },
               .after =
                   [this](ExecutionRow const&, std::vector<std::filesystem::path> const& written) {
                     for (std::filesystem::path const& pool : written) {
                       if (options_.only) continue;
                       if (auto const settled = settle_files(pool, SettleFor::services); !settled)
                         spdlog::error("data pool {}: {}", pool.filename().string(), settled.error().message);
                       static_cast<void>(store_.write_and_wait([&](Connection& connection) -> Result<void> {
                         reconcile_pool(connection, pool.filename().string(), pool, now_us());
                         return {};
                       }));
                     }
                   },
               .ending =
                   [this](Connection& connection, ExecutionRow const& execution) {
                     if (options_.prices.of_services().is_free()) return;
                     Transaction tx = own_transaction(connection, now_us());
                     note_spending(tx, options_.prices, execution.tenant_id);
                   },
               .ended =
                   [this](ExecutionRow const& execution) {
                     if (execution.parent_id) workflows_->wake(*execution.parent_id);
                   }},
              options.run),
      builder_(store, sandbox_, files_, options.build, [this](std::string const& service_id) {
        if (Result<ServiceProgram> const program = program_of(service_id)) runner_.warm_up(*program, service_id);
      }) {}

ServiceHost::~ServiceHost() {
  workflows_->stop();  // It starts services, whose ends it is told.
  runner_.stop();      // Before the builder, whose thread may have started the warm Python that executions run in.
}

void ServiceHost::start(std::string const& url) {
  url_ = url;
  auto const seal = [&](Connection& connection) -> Result<void> {
    seal_access_keys(connection, vault_);
    return {};
  };
  if (auto const done = store_.write_and_wait(seal); !done) throw std::runtime_error(done.error().message);
  if (options_.only) {
    runner_.start({});
    return;
  }
  runner_.start({{"QHUB_QUANTUM_BASE_URL", url + "/quantum"},
                 {"QHUB_PLATFORM_BASE_URL", url + "/qc-catalog"},
                 {"QHUB_GATEWAY_URL", url + "/gateway"},
                 {"KQH_BASE_URL", url + "/quantum"}});
  builder_.start();
  workflows_->start();
}

Result<ServiceProgram> ServiceHost::program_of(ExecutionRow const& execution) {
  return program_of(execution.service_id);
}

Result<ServiceProgram> ServiceHost::program_of(std::string const& service_id) {
  if (options_.only) return *options_.only;
  struct Found {
    std::optional<ServiceRow> service;
    std::optional<BuildRow> build;
    JsonObject definition;
  };
  Found const found = store_.read([&](Connection& connection) {
    Found rows{.service = find_service(connection, service_id), .build = {}, .definition = {}};
    if (rows.service && rows.service->build) rows.build = find_build(connection, *rows.service->build);
    rows.definition = read_definition(connection, service_id);
    return rows;
  });
  if (!found.service) return failure(ErrorKind::not_found, "The service is not there any more.");
  if (!found.build) return failure(ErrorKind::conflict, "The service has not been built.");
  RuntimeSettings settings = runtime_settings(found.definition);
  ServiceProgram program{.name = fmt::format("{}/{}", service_id, found.build->number),
                         .code = files_.code(service_id, found.build->number),
                         .python = found.build->python,
                         .mounts = {},
                         .entrypoint = std::move(settings.entrypoint),
                         .environment = std::move(settings.environment),
                         .limits = options_.limits};
  if (program.python) {
    program.mounts = python_mounts(*program.python);
    // An environment made for the service stands on the installation it was made of.
    if (*program.python != options_.build.python) {
      for (Mount& mount : python_mounts(options_.build.python)) program.mounts.push_back(std::move(mount));
      if (sandbox_.isolation() == Isolation::namespaces) see_environment_elsewhere(program);
    }
  }
  apply_resources(found.definition, options_.max_memory_bytes, program);
  return program;
}

Result<ExecutionInput> ServiceHost::input_of(ExecutionRow const& execution) {
  auto const text = store_.read([&](Connection& connection) { return read_execution_input(connection, execution.number); });
  Result<Json> json = api::parse(text.value_or("{}"));
  if (!json || !json->is_object()) return failure(ErrorKind::internal, "The stored input cannot be read.");
  ExecutionInput input;
  if (execution.has_secrets) {
    auto const kept = store_.read([&](Connection& connection) { return read_sealed_secrets(connection, execution.number); });
    Result<std::string> const opened = vault_.open_sealed(kept.value_or(""), secrets_context(execution.id));
    Result<Json> const secrets = opened ? api::parse(*opened) : Result<Json>(opened.error());
    if (!secrets || !secrets->is_object())
      return failure(ErrorKind::internal, "Its secrets cannot be read: the hub's key is another than when it was started.");
    for (auto const& [name, value] : secrets->get_object()) input.secrets[name] = value.as_string();
  }
  for (auto& [name, value] : json->get_object()) {
    if (!is_pool_reference(value)) {
      input.members[name] = std::move(value);
      continue;
    }
    if (options_.only) {
      input.pools[name] = Mount{.source = options_.local_pools / std::string(name), .target = {}, .writable = true};
      continue;
    }
    JsonObject const& reference = value.get_object();
    std::string const id(reference.at("id").as_string());
    bool const writable = reference.at("access").as_string() != "VIEW";
    if (Result<void> const made = make_shared_directory(files_.pool(id)); !made) return made.error();
    input.pools[name] = Mount{.source = files_.pool(id), .target = {}, .writable = writable};
  }
  return input;
}

Result<std::string> ServiceHost::token_of(ExecutionRow const& execution, std::chrono::seconds lifetime) {
  if (options_.only) return std::string();
  std::string token = new_token();
  TokenRow row{.id = random_uuid(),
               .kind = std::string(token_kind::execution),
               .user_id = execution.user_id,
               .name = "service execution " + execution.id,
               .created_at = now_us()};
  row.expires_at = row.created_at + std::chrono::microseconds(lifetime).count();
  if (execution.tenant_kind == "ORGANIZATION") row.organization_id = execution.tenant_id;
  row.service_execution_id = execution.id;
  Result<void> const stored = store_.write_and_wait([&](Connection& connection) -> Result<void> {
    insert_token(connection, row, token);
    return {};
  });
  if (!stored) return stored.error();
  return token;
}

std::string ServiceHost::sealed(std::map<std::string, std::string> const& secrets,
                                std::string const& execution_id) const {
  if (secrets.empty()) return {};
  JsonObject object;
  for (auto const& [name, value] : secrets) object[name] = value;
  return vault_.seal(api::to_text(object), secrets_context(execution_id));
}

/// Gives each pool the access that a grant, or the caller's own role, allows.
Result<void> ServiceHost::authorize(Submission const& submission, ServiceRequest& request) {
  std::int64_t const now = now_us();
  for (PoolReference const& reference : request.pools) {
    auto const refuse = [&](ErrorKind kind, std::string const& why) {
      return Error{kind, fmt::format("{}: {}", reference.parameter, why), {{reference.parameter, why}}};
    };
    auto const role = store_.read([&](Connection& connection) -> std::optional<Role> {
      Transaction tx{connection, submission.principal, now, std::nullopt};
      auto const pool = find(tx, kinds::data_pool, reference.pool_id);
      if (!pool) return std::nullopt;
      return pool->role;
    });
    std::string access;
    if (!reference.grant.empty()) {
      Result<PoolGrant> const grant = grants_.verify(reference.grant, now / 1'000'000);
      if (!grant) return refuse(ErrorKind::forbidden, grant.error().message);
      if (!role || grant->pool_id != reference.pool_id)
        return refuse(ErrorKind::forbidden, "the grant is for another data pool");
      if (submission.principal.application_id && grant->application_id != *submission.principal.application_id)
        return refuse(ErrorKind::forbidden, "the grant is for another application");
      access = grant->permission;
    } else {
      // An application acts with the rights of its tenant only as far as grants go.
      if (!role || *role == Role::none || submission.principal.application_id)
        return refuse(ErrorKind::forbidden, "this data pool needs a grant");
      access = *role >= Role::maintainer ? "MODIFY" : "VIEW";
    }
    request.input[reference.parameter].get_object()["access"] = access;
  }
  return {};
}

Error ServiceHost::not_runnable(ServiceRow const& service, JsonObject const& definition) {
  std::string const type = text_member(definition, "type").value_or("");
  if (type == "EXTERNAL")
    return failure(ErrorKind::unsupported,
                   fmt::format("'{}' is an external service: it is called below /external/{}/{}/{}", service.name,
                               service.context, service.slug, service.version));
  return failure(ErrorKind::unsupported, fmt::format("the service '{}' has not been built", service.name));
}

asio::awaitable<Result<ExecutionRow>> ServiceHost::submit(Submission submission) {
  if (Result<void> const allowed = may_run_services(submission.principal); !allowed) co_return allowed.error();
  Result<ServiceRequest> request = read_service_request(std::move(submission.body));
  if (!request) co_return std::move(request).error();
  Result<std::vector<std::string>> tags = read_tags(std::move(submission.tags));
  if (!tags) co_return std::move(tags).error();
  bool is_workflow = false;
  if (!submission.service.build) {
    JsonObject const definition =
        store_.read([&](Connection& connection) { return read_definition(connection, submission.service.id); });
    is_workflow = text_member(definition, "type") == "WORKFLOW";
    if (!is_workflow) co_return not_runnable(submission.service, definition);
    if (!request->secrets.empty())
      co_return failure(ErrorKind::invalid_argument, "$secrets: a workflow is stored, and secrets are not");
    // What its application was granted, the services that it calls were not.
    if (submission.principal.application_id && !request->pools.empty())
      co_return failure(ErrorKind::invalid_argument,
                        request->pools.front().parameter + ": a workflow takes no data pools from an application");
  }
  if (options_.only) {
    for (PoolReference const& pool : request->pools)
      if (!std::filesystem::is_directory(options_.local_pools / pool.parameter))
        co_return failure(ErrorKind::invalid_argument,
                          fmt::format("{}: there is no directory {}", pool.parameter,
                                      (options_.local_pools / pool.parameter).string()));
  } else if (Result<void> const authorized = authorize(submission, *request); !authorized) {
    co_return authorized.error();
  }

  Principal const& principal = submission.principal;
  ExecutionRow row{.id = submission.id.empty() ? random_uuid() : submission.id,
                   .service_id = submission.service.id,
                   .tenant_id = principal.tenant_id,
                   .tenant_kind = std::string(tenant_kind_text(principal.tenant_kind)),
                   .provider_tenant_id = submission.service.tenant_id,
                   .user_id = principal.user_id,
                   .application_id = principal.application_id,
                   .parent_id = principal.service_execution_id,
                   .tags = std::move(request->tags),
                   .store_input = submission.store_input,
                   .has_secrets = !request->secrets.empty(),
                   .reason = std::nullopt,
                   .created_at = now_us(),
                   .started_at = std::nullopt,
                   .ended_at = std::nullopt};
  for (std::string& tag : *tags)
    if (std::ranges::find(row.tags, tag) == row.tags.end()) row.tags.push_back(std::move(tag));
  std::string const input = api::to_text(request->input);
  std::string const secrets = sealed(request->secrets, row.id);
  auto const insert = [&](Connection& connection) -> Result<void> {
    if (!submission.id.empty())
      if (auto const before = find_execution(connection, submission.id)) {
        row = *before;
        return {};
      }
    if (submission.parent_token)
      if (auto const token = find_token(connection, sha256(*submission.parent_token));
          token && token->service_execution_id && token->expires_at.value_or(0) > row.created_at)
        row.parent_id = token->service_execution_id;
    if (is_workflow) return begin_workflow(connection, row, request->input);
    insert_execution(connection, row, input, secrets);
    if (options_.prices.of_services().is_free()) return {};
    Transaction tx = own_transaction(connection, row.created_at);
    return check_spending(tx, options_.prices, row.tenant_id);
  };
  Result<void> const stored = co_await store_.write(insert);
  if (!stored) co_return stored.error();
  if (is_workflow)
    workflows_->begun(row.id);
  else
    runner_.submit();
  co_return row;
}

asio::awaitable<Result<ExecutionRow>> ServiceHost::cancel(std::string id) {
  auto const write = [&](Connection& connection) -> Result<ExecutionRow> {
    auto row = cancel_execution(connection, id, now_us());
    if (!row) return failure(ErrorKind::not_found, "there is no service execution " + id);
    return std::move(*row);
  };
  Result<ExecutionRow> row = co_await store_.write(write);
  if (row) {
    runner_.cancel(id);
    workflows_->wake(id);
    if (row->parent_id) workflows_->wake(*row->parent_id);
  }
  co_return row;
}

void ServiceHost::forget(std::string const& service_id) {
  pythons_.end(service_id + "/");
  std::error_code ignored;
  std::filesystem::remove_all(files_.service(service_id), ignored);
}

std::string ServiceHost::gateway_endpoint(Request const& request, ServiceRow const& service,
                                          std::string_view type) const {
  // The name under which the hub was reached, in the scheme it answers or the proxy before it.
  std::string address = url_;
  if (auto const host = request.headers.find("Host")) {
    auto const forwarded = request.headers.find("X-Forwarded-Proto");
    std::string const scheme(forwarded ? *forwarded : std::string_view(url_).substr(0, url_.find(':')));
    address = fmt::format("{}://{}", scheme.empty() ? "http" : scheme, *host);
  }
  return fmt::format("{}/{}/{}/{}/{}", address, type == "EXTERNAL" ? "external" : "gateway", service.context,
                     service.slug, service.version);
}

ResourceLimits ServiceHost::limits_of(std::string const& service_id) {
  Result<ServiceProgram> const program = program_of(service_id);
  return program ? program->limits : options_.limits;
}

unsigned ServiceHost::processors() const {
  return std::max(1U, std::thread::hardware_concurrency());
}

asio::awaitable<Result<void>> ServiceHost::build(std::string service_id) {
  std::error_code error;
  if (!std::filesystem::exists(files_.source(service_id), error))
    co_return failure(ErrorKind::unsupported, "there is nothing to build: upload the source as a zip archive first");
  auto const insert = [&](Connection& connection) -> Result<std::optional<std::int64_t>> {
    auto const latest = latest_build(connection, service_id);
    if (latest && latest->status == "WORKING") return std::optional<std::int64_t>();
    BuildRow build{.service_id = service_id, .validation = {}, .python = {}, .created_at = now_us(), .finished_at = {}};
    insert_build(connection, build);
    return std::optional(build.number);
  };
  Result<std::optional<std::int64_t>> const number = co_await store_.write(insert);
  if (!number) co_return number.error();
  if (*number) builder_.submit(**number);
  co_return Result<void>();
}

}  // namespace qhub::hub
