#pragma once

#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "qhub/hub/resource/resource.h"

namespace qhub::hub {

/// Result<T> for a T, and for a Result<T> itself.
template <class T>
struct AsResultOf {
  using type = Result<T>;
};
template <class T>
struct AsResultOf<Result<T>> {
  using type = Result<T>;
};
template <class T>
using AsResult = typename AsResultOf<T>::type;

/// What handlers of operations on resources are made of: each operation is the resource it is about, the role it needs,
/// and what it does in the transaction.
class ResourceHandlers {
 public:
  explicit ResourceHandlers(Transactions const& transactions) : transactions_(transactions) {}

 protected:
  /// `work(Transaction&)` returns a value or a Result.
  template <class Work>
  [[nodiscard]] auto read(Call& call, Work work) const {
    using Outcome = AsResult<std::invoke_result_t<Work&, Transaction&>>;
    return transactions_.read(call, [work = std::move(work)](Transaction& tx) mutable -> Outcome { return work(tx); });
  }
  template <class Work>
  [[nodiscard]] auto write(Call& call, Work work) const {
    using Outcome = AsResult<std::invoke_result_t<Work&, Transaction&>>;
    return transactions_.write(call, [work = std::move(work)](Transaction& tx) mutable -> Outcome { return work(tx); });
  }

  /// `work(Transaction&, Resource const&)` is given the resource of that id, which the caller may read.
  template <class Work>
  [[nodiscard]] auto read(Call& call, Kind const& kind, std::string id, Work work) const {
    return read(call, on(kind, std::move(id), Role::viewer, std::move(work)));
  }
  /// `work(Transaction&, Resource&)` is given the resource of that id, on which the caller has at least that role.
  template <class Work>
  [[nodiscard]] auto write(Call& call, Kind const& kind, std::string id, Role needed, Work work) const {
    return write(call, on(kind, std::move(id), needed, std::move(work)));
  }

  /// For what changes users, members or tokens: the next request is answered by what is true now.
  template <class T>
  [[nodiscard]] Answer<T> and_forget(Answer<T> work) const {
    Result<T> result = co_await std::move(work);
    transactions_.accounts().forget();
    co_return result;
  }

  Transactions transactions_;

 private:
  template <class Work>
  static auto on(Kind const& kind, std::string id, Role needed, Work work) {
    using Outcome = AsResult<std::invoke_result_t<Work&, Transaction&, Resource&>>;
    return [&kind, id = std::move(id), needed, work = std::move(work)](Transaction& tx) mutable -> Outcome {
      Result<Resource> resource = get(tx, kind, id, needed);
      if (!resource) return std::move(resource).error();
      return work(tx, *resource);
    };
  }
};

}  // namespace qhub::hub
