#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/sessions.h"

namespace qhub::hub {

/// Decides which waiting job runs next. Plain data without clock, thread or database: the runner asks and tells.
///
/// Tenants take turns, and each one's jobs go in the order of submission. A job that belongs to a session brings those
/// of the session that wait already into the same turn. While a dedicated session has a backend to itself, no other job
/// of that backend starts. A job that needs more memory than is free just now stops the queue until it fits, so that
/// small ones cannot keep it waiting for ever; a job that is suspected to have crashed a hub runs alone.
class Queue {
 public:
  struct Limits {
    std::size_t per_backend = 10'000;                ///< Waiting jobs.
    std::size_t per_tenant = 5'000;                  ///< Waiting jobs on all backends.
    std::uint64_t memory_bytes = std::uint64_t(-1);  ///< Of all running jobs together.
  };

  struct Entry {
    std::int64_t number = 0;
    std::string tenant_id;
    std::string backend_id;
    std::optional<std::string> session_id;
    std::uint64_t memory_bytes = 0;
    bool alone = false;
  };

  explicit Queue(Limits const& limits) : limits_(limits) {}

  /// Takes a place for a job that is about to be stored. Errors: rate_limited if the tenant has too many jobs waiting,
  /// unavailable if the backend has.
  [[nodiscard]] Result<void> claim(std::string const& backend_id, std::string const& tenant_id);
  /// Gives a place back that no job needs after all.
  void unclaim(std::string const& backend_id, std::string const& tenant_id);

  /// A job waits from now on, in the place claimed for it.
  void add(Entry entry);
  /// A job waits that was accepted earlier, by another hub perhaps: over the limits, if need be.
  void restore(Entry entry);
  /// Forgets a waiting job and gives its place back. False if it does not wait.
  bool drop(std::int64_t number);

  /// The job to start now, if one may start; it runs from now on.
  [[nodiscard]] std::optional<Entry> take();
  /// A job taken before runs no more.
  void done(Entry const& entry);

  /// From now on these sessions have these backends to themselves.
  void set_reservations(std::vector<Reservation> const& reservations);

  [[nodiscard]] std::size_t waiting(std::string const& backend_id) const;

 private:
  struct Tenant {
    std::size_t places = 0;
    std::map<std::string, std::map<std::int64_t, Entry>> waiting;  ///< By backend, then by number.
  };
  /// A turn goes on with the jobs of a session up to a number.
  struct Turn {
    std::string tenant_id;
    std::string session_id;
    std::int64_t last = 0;
  };

  [[nodiscard]] Entry const* next_of_turn() const;
  [[nodiscard]] Entry const* next_of_tenant(Tenant const& tenant) const;
  [[nodiscard]] Entry const* next() const;
  void begin_turn(Entry const& entry);
  Entry remove(Entry const& entry);

  Limits const limits_;
  std::map<std::string, Tenant> tenants_;
  std::unordered_map<std::string, std::size_t> places_;                          ///< Taken, by backend.
  std::unordered_map<std::int64_t, std::pair<std::string, std::string>> where_;  ///< Tenant and backend, by number.
  std::map<std::string, std::set<std::int64_t>> of_session_;                     ///< Waiting numbers.
  std::unordered_map<std::string, std::string> reservations_;                    ///< Session, by backend.
  std::string last_tenant_;
  std::optional<Turn> turn_;
  std::size_t running_ = 0;
  bool alone_ = false;  ///< What runs wants no company.
  std::uint64_t memory_in_use_ = 0;
};

}  // namespace qhub::hub
