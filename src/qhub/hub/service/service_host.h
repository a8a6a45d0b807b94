#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "qhub/hub/auth/principal.h"
#include "qhub/hub/auth/vault.h"
#include "qhub/hub/http/message.h"
#include "qhub/hub/platform/usage.h"
#include "qhub/hub/service/builder.h"
#include "qhub/hub/service/execution_runner.h"
#include "qhub/hub/service/pool_grants.h"
#include "qhub/hub/service/services.h"
#include "qhub/hub/service/submission.h"

namespace qhub::hub {

class WorkflowEngine;

struct ServiceOptions {
  std::filesystem::path sandbox_program;  ///< By default qhub-sandbox beside the running program.
  bool require_isolation = false;         ///< Whether to do without services rather than run them with limits only.
  std::size_t warm_pythons = 8;           ///< Interpreters kept ready, one per service.
  ResourceLimits limits;                  ///< Of every execution; a service may ask for less or more memory.
  std::uint64_t max_memory_bytes = std::uint64_t{32} << 30;  ///< What a service may ask for.
  BuilderOptions build;
  ExecutionRunnerOptions run;
  std::optional<ServiceProgram> only = {};     ///< Whatever is executed, is this; nothing is built.
  Prices prices = {};                          ///< Of executions.
  std::filesystem::path local_pools = {};      ///< With `only`: data pools are the directories of their parameters here.
};

/// Whether somebody may start and cancel executions. Errors: forbidden for who may only look.
[[nodiscard]] Result<void> may_run_services(Principal const& principal);

/// Builds and runs services: everything of them that is no request.
class ServiceHost {
 public:
  /// Errors: those of Sandbox::probe; unavailable if isolation is required and cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<ServiceHost>> open(Store& store, Vault const& vault,
                                                                 std::filesystem::path const& data_directory,
                                                                 ServiceOptions const& options);
  ~ServiceHost();

  /// Starts to build and to run.
  /// \param url  where this hub answers, for the services to call it.
  void start(std::string const& url);

  /// Who starts what.
  struct Submission {
    Principal const& principal;
    ServiceRow const& service;
    std::optional<std::string> parent_token;  ///< Of the execution that starts this one.
    JsonObject body;
    std::vector<std::string> tags = {};  ///< Beside those of the body.
    bool store_input = false;
    std::string id = {};  ///< Of the execution, which may have been accepted before; empty: a new one.
  };
  /// Accepts an execution. Errors: invalid_argument for a bad body; unsupported if the service has not been built or
  /// deployed; forbidden for who may only look, without the right to a data pool, and if the tenant has spent what it wants to spend.
  [[nodiscard]] asio::awaitable<Result<ExecutionRow>> submit(Submission submission);

  /// Cancels an execution that has not ended. Errors: not_found; unavailable.
  [[nodiscard]] asio::awaitable<Result<ExecutionRow>> cancel(std::string id);

  /// Starts a build, if none is under way. Errors: unsupported if there is nothing to build.
  [[nodiscard]] asio::awaitable<Result<void>> build(std::string service_id);

  /// Removes what is on disk of a service that was deleted.
  void forget(std::string const& service_id);

  /// Where a service is called, as seen by whoever sent the request.
  /// \param type  of the service: MANAGED or EXTERNAL.
  [[nodiscard]] std::string gateway_endpoint(Request const& request, ServiceRow const& service,
                                             std::string_view type) const;
  [[nodiscard]] ResourceLimits limits_of(std::string const& service_id);
  [[nodiscard]] unsigned processors() const;

  [[nodiscard]] ServiceFiles const& files() const { return files_; }
  [[nodiscard]] Vault const& vault() const { return vault_; }
  [[nodiscard]] PoolGrants const& grants() const { return grants_; }
  [[nodiscard]] Sandbox const& sandbox() const { return sandbox_; }
  [[nodiscard]] Prices const& prices() const { return options_.prices; }
  /// Answers to tasks of workflows are told to it.
  [[nodiscard]] WorkflowEngine& workflows() { return *workflows_; }

 private:
  ServiceHost(Store& store, Vault const& vault, Sandbox sandbox, std::filesystem::path const& data_directory,
              ServiceOptions const& options);

  Result<ServiceProgram> program_of(ExecutionRow const& execution);
  Result<ServiceProgram> program_of(std::string const& service_id);
  std::string sealed(std::map<std::string, std::string> const& secrets, std::string const& execution_id) const;
  Result<ExecutionInput> input_of(ExecutionRow const& execution);
  Result<std::string> token_of(ExecutionRow const& execution, std::chrono::seconds lifetime);
  Error not_runnable(ServiceRow const& service, JsonObject const& definition);
  Result<void> authorize(Submission const& submission, ServiceRequest& request);

  Store& store_;
  Vault const vault_;
  std::string url_;
  Sandbox const sandbox_;
  ServiceFiles const files_;
  ServiceOptions const options_;
  PoolGrants const grants_;
  std::unique_ptr<WorkflowEngine> workflows_;
  PythonWorkers pythons_;
  ExecutionRunner runner_;
  Builder builder_;
};

}  // namespace qhub::hub
