#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/http/router.h"
#include "qhub/hub/monitoring.h"
#include "qhub/hub/run/runner.h"
#include "qhub/hub/service/service_host.h"

namespace qhub::hub {

struct HubOptions {
  std::filesystem::path data_directory;
  std::filesystem::path backends_directory = {};  ///< For Catalogue::with_files(); empty: backends/ beside the data.
  RunnerOptions run;
  RateLimit rate_limit = {};        ///< Of a user.
  RateLimit token_rate_limit = {};  ///< Of each token.
  std::int64_t token_jobs_per_day = 0;  ///< That each token may submit from midnight to midnight, UTC; 0: any number.
  ServiceOptions services = {};
  std::filesystem::path prices = {};  ///< What backends cost, see Prices::read(); empty: nothing.
  /// Networks beside the public Internet that users may have the hub connect to: "10.1.0.0/16".
  std::vector<std::string> allowed_networks = {};
};

/// Everything a hub is, but for the socket: store, accounts, backends, workers, and the routes to them. Requests may be
/// given to the router directly, from any thread.
class Hub {
 public:
  /// Opens the data directory, making it and the owner's account on first use, and starts the workers.
  /// Errors: those of Catalogue::with_files, Store::open, Accounts::create_owner, Vault::open, Prices::read,
  /// AddressPolicy::allow and ServiceHost::open.
  [[nodiscard]] static Result<std::unique_ptr<Hub>> open(HubOptions const& options);

  /// Stops the workers; running jobs go back into the queue.
  ~Hub();

  [[nodiscard]] Router& router();
  [[nodiscard]] Monitoring& monitoring();

  /// Starts to build and run services, which call this hub at `url`.
  void start_services(std::string const& url);

  /// Requests that wait for the end of a job (`Prefer: wait`) are answered now, as the job is: for a server that stops.
  void stop_waiting();

  /// Whether open() has just made the owner's account; its token is in the file owner-token of the data directory.
  [[nodiscard]] bool is_new() const;

 private:
  struct Parts;
  explicit Hub(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace qhub::hub
