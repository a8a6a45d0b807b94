#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "qhub/hub/auth/accounts.h"
#include "qhub/hub/http/router.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// What an operation works with: the database, the caller, and the time at which all of it happens.
struct Transaction {
  Connection& database;
  Principal const& caller;
  std::int64_t now;                      ///< Microseconds since 1970, UTC.
  std::optional<std::int64_t> if_match;  ///< The version that the caller believes to change, from the header If-Match.
};

/// Runs the work of operations in transactions. What a write changed is committed when its answer leaves, together with
/// its entry in the audit log: who called which operation on what. Copies share the same store.
class Transactions {
 public:
  Transactions(Store& store, Accounts& accounts) : store_(&store), accounts_(&accounts) {}

  /// `work(Transaction&)` returns a Result. It runs on this thread and sees one state of the database.
  template <class Work>
  [[nodiscard]] auto read(Call& call, Work work) const {
    return perform_read(call, Step<std::invoke_result_t<Work, Transaction&>>(std::move(work)));
  }
  /// `work(Transaction&)` returns a Result; an error leaves nothing behind. It runs on the writer's thread: what takes
  /// long (hashing, git, network) is done before.
  template <class Work>
  [[nodiscard]] auto write(Call& call, Work work) const {
    return perform_write(call, Step<std::invoke_result_t<Work, Transaction&>>(std::move(work)));
  }

  [[nodiscard]] Store& store() const { return *store_; }
  [[nodiscard]] Accounts& accounts() const { return *accounts_; }

 private:
  template <class Outcome>
  using Step = std::function<Outcome(Transaction&)>;

  static Transaction begin(Connection& connection, Call const& call);
  static void record(Transaction const& transaction, Call const& call);

  // One coroutine per type of result, however many operations have it.
  template <class Outcome>
  asio::awaitable<Outcome> perform_read(Call& call, Step<Outcome> step) const {
    co_return store_->read([&](Connection& connection) {
      Transaction transaction = begin(connection, call);
      return step(transaction);
    });
  }
  template <class Outcome>
  asio::awaitable<Outcome> perform_write(Call& call, Step<Outcome> step) const {
    std::function<Outcome(Connection&)> const work = [&](Connection& connection) {
      Transaction transaction = begin(connection, call);
      Outcome outcome = step(transaction);
      if (outcome) record(transaction, call);
      return outcome;
    };
    co_return co_await store_->write(work);
  }

  Store* store_;
  Accounts* accounts_;
};

/// What a handler returns.
template <class T>
using Answer = asio::awaitable<Result<T>>;

/// For an answer that needs no database.
template <class T>
Answer<T> ready(Result<T> result) {
  co_return std::move(result);
}

}  // namespace qhub::hub
