#include "qhub/hub/hub.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/accounts.h"
#include "qhub/hub/auth/vault.h"
#include "qhub/hub/outbound/address_policy.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/platform/spending.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/quantum/backends_handlers.h"
#include "qhub/hub/quantum/job_program.h"
#include "qhub/hub/quantum/jobs_handlers.h"
#include "qhub/hub/quantum/sessions_handlers.h"
#include "qhub/hub/quantum/workloads_handlers.h"
#include "qhub/hub/resource/own_transaction.h"
#include "qhub/hub/service/mount.h"
#include "qhub/hub/store/clock.h"
#include "qhub/hub/store/store.h"
#include "qhub/sim/machine_memory.h"
#include "qhub/hub/user/mount.h"
#include "qhub/quantum/operations.h"

namespace qhub::hub {
namespace {

/// Runs a stored job with what its backend has. It was checked when it was accepted, by this hub or an earlier one.
Result<JobOutput> execute(Catalogue const& catalogue, JobRow const& job, JobInput const& input,
                          sim::Progress const& progress, std::stop_token stop) {
  BackendDescription const* const backend = catalogue.find(job.backend_id);
  if (!backend)
    return Error{.kind = ErrorKind::unsupported,
                 .message = "this hub has no backend " + job.backend_id + " any more",
                 .details = {}};
  JobRequest request{.input = *api::parse(input.input),
                     .params = job.input_params ? *api::parse(*job.input_params) : boost::json::value(),
                     .input_format = job.input_format.value_or(""),
                     .shots = static_cast<std::uint64_t>(job.requested_shots)};
  Result<JobProgram> program = read_program(*backend, request);
  if (!program) return std::move(program).error();
  return run_program(*backend, std::move(*program), job.id, progress, stop);
}

RunnerOptions with_charges(RunnerOptions options, Prices const& prices) {
  options.completed = [&prices](Connection& connection, JobRow const& job) {
    if (prices.of(job.backend_id).of(1, job.shots) == 0) return;
    Transaction tx = own_transaction(connection, now_us());
    note_spending(tx, prices, job.tenant_id);
  };
  return options;
}

/// Answers of these may be of many megabytes, or take a look at many rows.
std::vector<api::Operation const*> large_answers() {
  namespace operations = quantum::operations;
  return {&operations::jobs::search_jobs,
          &operations::jobs::get_job_result,
          &operations::jobs::get_normalized_job_result,
          &operations::jobs::get_normalized_job_memory,
          &operations::jobs::get_job_input,
          &operations::jobs::get_normalized_job_input,
          &operations::jobs::get_service_execution_workloads,
          &operations::jobs::get_service_execution_normalized_job_result,
          &operations::jobs::get_service_execution_job_input,
          &operations::jobs::get_service_execution_normalized_job_input,
          &operations::jobs::get_service_execution_session_jobs,
          &operations::sessions::get_session_jobs,
          &operations::workloads::get_workloads};
}

}  // namespace

struct Hub::Parts {
  Parts(std::unique_ptr<Store> opened, std::unique_ptr<ServiceHost> host, Vault const& key, Prices charged,
        AddressPolicy policy, Catalogue backends_of_hub, HubOptions const& options)
      : store(std::move(opened)),
        services(std::move(host)),
        accounts(*store),
        vault(key),
        prices(std::move(charged)),
        addresses(std::move(policy)),
        catalogue(std::move(backends_of_hub)),
        runner(
            *store,
            [this](JobRow const& job, JobInput const& input, sim::Progress const& progress, std::stop_token stop) {
              return execute(catalogue, job, input, progress, stop);
            },
            with_charges(options.run, prices)),
        workers(2),
        blocking(4),
        sessions(catalogue, *store, runner),
        backends(catalogue, runner),
        jobs(catalogue, prices, *store, runner, sessions, options.token_jobs_per_day),
        session_handlers(sessions),
        workloads(*store),
        router(accounts, options.rate_limit, options.token_rate_limit, &workers),
        monitoring(router, *store) {
    quantum::mount(router, "/quantum", backends);
    quantum::mount(router, "/quantum", jobs);
    quantum::mount(router, "/quantum", session_handlers);
    quantum::mount(router, "/quantum", workloads);
    quantum::mount(router, "/quantum", runtime_minutes);
    for (api::Operation const* operation : large_answers()) router.run_on_workers(*operation);
    Transactions const transactions(*store, accounts);
    mounted = {
        mount_platform(router, {transactions, vault, prices, catalogue, addresses, options.data_directory, blocking}),
        mount_user_api(router, transactions),
        mount_service_apis(router, {transactions, *services, addresses, blocking}),
    };
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<ServiceHost> services;
  Accounts accounts;
  Vault const vault;
  Prices const prices;
  AddressPolicy const addresses;
  Catalogue const catalogue;
  Runner runner;
  asio::thread_pool workers;  ///< For requests and answers that take a while to read or to make.
  asio::thread_pool blocking;  ///< For what waits for other programs, files and the network.
  Sessions sessions;
  BackendsHandlers backends;
  JobsHandlers jobs;
  SessionsHandlers session_handlers;
  WorkloadsHandlers workloads;
  RuntimeMinutesHandlers runtime_minutes;
  Router router;
  Monitoring monitoring;
  std::vector<Mounted> mounted;
  bool is_new = false;
};

Result<std::unique_ptr<Hub>> Hub::open(HubOptions const& options) {
  Result<Catalogue> catalogue = Catalogue::with_files(
      options.backends_directory.empty() ? options.data_directory / "backends" : options.backends_directory);
  if (!catalogue) return std::move(catalogue).error();
  Result<std::unique_ptr<Store>> store = Store::open(options.data_directory);
  if (!store) return std::move(store).error();
  Accounts accounts(**store);
  Result<bool> const is_new = accounts.create_owner(options.data_directory / "owner-token");
  if (!is_new) return is_new.error();
  Result<Vault> const vault = Vault::open(options.data_directory / "secret-key");
  if (!vault) return vault.error();
  Result<Prices> prices = options.prices.empty() ? Prices() : Prices::read(options.prices);
  if (!prices) return std::move(prices).error();
  AddressPolicy addresses;
  for (std::string const& network : options.allowed_networks)
    if (Result<void> const allowed = addresses.allow(network); !allowed) return allowed.error();
  HubOptions complete = options;
  complete.services.prices = *prices;
  Result<std::unique_ptr<ServiceHost>> services =
      ServiceHost::open(**store, *vault, options.data_directory, complete.services);
  if (!services) return std::move(services).error();
  complete.run.crash_note = options.data_directory / "crash-note";
  std::uint64_t& memory_bytes = complete.run.queue.memory_bytes;
  memory_bytes = std::min(memory_bytes, sim::machine_memory_bytes());
  catalogue->limit_memory(memory_bytes);
  auto parts = std::make_unique<Parts>(std::move(*store), std::move(*services), *vault, std::move(*prices),
                                       std::move(addresses), std::move(*catalogue), complete);
  parts->is_new = *is_new;
  return std::unique_ptr<Hub>(new Hub(std::move(parts)));
}

Hub::Hub(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Hub::~Hub() = default;
Router& Hub::router() {
  return parts_->router;
}
void Hub::start_services(std::string const& url) {
  parts_->services->start(url);
}
void Hub::stop_waiting() {
  parts_->runner.watch().close();
}
Monitoring& Hub::monitoring() {
  return parts_->monitoring;
}
bool Hub::is_new() const {
  return parts_->is_new;
}

}  // namespace qhub::hub
