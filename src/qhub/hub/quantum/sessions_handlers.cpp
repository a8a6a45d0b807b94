#include "qhub/hub/quantum/sessions_handlers.h"

#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace qhub::hub {

asio::awaitable<Result<quantum::Session>> SessionsHandlers::create_session(Call& call,
                                                                           quantum::CreateSessionRequest request) {
  return sessions_.create(call, std::move(request));
}
asio::awaitable<Result<quantum::Session>> SessionsHandlers::get_session(Call& call, std::string id) {
  co_return sessions_.get({call, std::move(id)});
}
asio::awaitable<Result<void>> SessionsHandlers::close_session(Call& call, std::string id) {
  return sessions_.close({call, std::move(id)});
}
asio::awaitable<Result<quantum::Session>> SessionsHandlers::update_session_state(
    Call& call, std::string id, quantum::UpdateSessionStateRequest request) {
  return sessions_.set_accepts_jobs({call, std::move(id)}, request.accept_jobs);
}
asio::awaitable<Result<quantum::SessionStatusResponse>> SessionsHandlers::get_session_status(Call& call,
                                                                                             std::string id) {
  co_return sessions_.status({call, std::move(id)});
}
asio::awaitable<Result<quantum::PageResponseJob>> SessionsHandlers::get_session_jobs(Call& call, std::string id) {
  co_return sessions_.jobs({call, std::move(id)});
}

}  // namespace qhub::hub
