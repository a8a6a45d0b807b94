#pragma once

#include <optional>
#include <string>

#include "qhub/hub/http/router.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/run/runner.h"
#include "qhub/hub/store/sessions.h"
#include "qhub/hub/store/store.h"
#include "qhub/quantum/sessions_requests.h"

namespace qhub::hub {

/// What can be done with sessions, for the namespace `sessions` and for its twins below a service execution.
class Sessions {
 public:
  Sessions(Catalogue const& catalogue, Store& store, Runner& runner)
      : catalogue_(catalogue), store_(store), runner_(runner) {}

  /// Which session a path names, for the caller.
  struct Key {
    Call& call;
    std::string session_id;
    std::optional<std::string> service_execution_id = {};
  };

  asio::awaitable<Result<quantum::Session>> create(Call& call, quantum::CreateSessionRequest request);
  Result<quantum::Session> get(Key const& key);
  Result<quantum::SessionStatusResponse> status(Key const& key);
  /// One page with all jobs of the session, oldest first.
  Result<quantum::PageResponseJob> jobs(Key const& key);
  asio::awaitable<Result<void>> close(Key key);
  asio::awaitable<Result<quantum::Session>> set_accepts_jobs(Key key, bool accepts);

 private:
  Result<SessionRow> find(Key const& key);

  Catalogue const& catalogue_;
  Store& store_;
  Runner& runner_;
};

}  // namespace qhub::hub
