#pragma once

#include <string>

#include "qhub/hub/quantum/sessions.h"
#include "qhub/quantum/sessions_handlers.h"

namespace qhub::hub {

/// Answers the namespace `sessions`. A session of somebody else answers like a missing one.
class SessionsHandlers : public quantum::SessionsHandlers {
 public:
  explicit SessionsHandlers(Sessions& sessions) : sessions_(sessions) {}

  asio::awaitable<Result<quantum::Session>> create_session(Call& call, quantum::CreateSessionRequest request) override;
  asio::awaitable<Result<quantum::Session>> get_session(Call& call, std::string id) override;
  asio::awaitable<Result<void>> close_session(Call& call, std::string id) override;
  asio::awaitable<Result<quantum::Session>> update_session_state(Call& call, std::string id,
                                                                 quantum::UpdateSessionStateRequest request) override;
  asio::awaitable<Result<quantum::SessionStatusResponse>> get_session_status(Call& call, std::string id) override;
  asio::awaitable<Result<quantum::PageResponseJob>> get_session_jobs(Call& call, std::string id) override;

 private:
  Sessions& sessions_;
};

}  // namespace qhub::hub
