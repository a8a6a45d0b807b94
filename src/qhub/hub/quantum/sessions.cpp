#include "qhub/hub/quantum/sessions.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "qhub/hub/quantum/access.h"
#include "qhub/hub/quantum/job_documents.h"
#include "qhub/hub/quantum/paging.h"
#include "qhub/hub/quantum/session_documents.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/store/clock.h"
#include "qhub/quantum/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::int64_t default_ttl = 8 * 3600;  // seconds
constexpr std::int64_t max_ttl = 24 * 3600;

Error field_error(ErrorKind kind, std::string_view field, std::string message) {
  return {.kind = kind, .message = message, .details = {{std::string(field), std::move(message)}}};
}

SessionQuery query_of(Sessions::Key const& key) {
  return {.tenant_id = key.call.principal.tenant_id,
          .id = key.session_id,
          .service_execution_id = key.service_execution_id};
}

Result<SessionRow> read_session(Call const& call, Catalogue const& catalogue,
                                quantum::CreateSessionRequest const& request) {
  BackendDescription const* const backend = catalogue.find(request.backend_id);
  if (!backend)
    return field_error(ErrorKind::unsupported, "backend_id",
                       fmt::format("there is no backend {}; GET /quantum/backends lists them", request.backend_id));
  if (Result<void> const online = is_online(*backend); !online) return online.error();
  if (request.provider.text() != backend->provider)
    return field_error(ErrorKind::invalid_argument, "provider",
                       fmt::format("{} is a backend of provider {}", backend->id, backend->provider));
  if (!request.mode.is_known())
    return field_error(ErrorKind::invalid_argument, "mode", "mode must be batch or dedicated");
  if (request.ttl && (*request.ttl < 1 || *request.ttl > max_ttl))
    return field_error(ErrorKind::invalid_argument, "ttl", fmt::format("ttl must be from 1 to {} seconds", max_ttl));
  if (request.metadata && !request.metadata->is_object() && !request.metadata->is_null())
    return field_error(ErrorKind::invalid_argument, "metadata", "metadata must be an object");
  SessionRow session;
  session.id = random_uuid();
  session.tenant_id = call.principal.tenant_id;
  session.user_id = call.principal.user_id;
  session.service_execution_id = call.principal.service_execution_id;
  session.backend_id = backend->id;
  session.provider = backend->provider;
  session.mode = request.mode.text();
  session.ttl = request.ttl.value_or(default_ttl);
  if (request.metadata && request.metadata->is_object()) session.metadata = boost::json::serialize(*request.metadata);
  if (request.sdk_provider) session.sdk_provider = request.sdk_provider->text();
  session.created_at = now_us();
  session.expires_at = session.created_at + session.ttl * 1'000'000;
  return session;
}

}  // namespace

asio::awaitable<Result<quantum::Session>> Sessions::create(Call& call, quantum::CreateSessionRequest request) {
  if (Result<void> const allowed = may_change(call); !allowed) co_return allowed.error();
  Result<SessionRow> const session = read_session(call, catalogue_, request);
  if (!session) co_return session.error();
  auto const write = [&](Connection& connection) -> Result<void> {
    insert_session(connection, *session);
    return {};
  };
  Result<void> const stored = co_await store_.write(write);
  if (!stored) co_return stored.error();
  runner_.sessions_changed();
  co_return to_session(*session);
}

Result<SessionRow> Sessions::find(Key const& key) {
  auto row = store_.read([&](Connection& connection) { return find_session(connection, query_of(key)); });
  if (row) return std::move(*row);
  return Error{.kind = ErrorKind::not_found, .message = "there is no session " + key.session_id, .details = {}};
}

Result<quantum::Session> Sessions::get(Key const& key) {
  Result<SessionRow> const row = find(key);
  if (!row) return row.error();
  return to_session(*row);
}

Result<quantum::SessionStatusResponse> Sessions::status(Key const& key) {
  Result<SessionRow> const row = find(key);
  if (!row) return row.error();
  quantum::SessionStatusResponse response;
  response.status = quantum::SessionStatus(row->status);
  return response;
}

Result<quantum::PageResponseJob> Sessions::jobs(Key const& key) {
  Result<SessionRow> const row = find(key);
  if (!row) return row.error();
  std::int64_t const size = std::max<std::int64_t>(row->job_count, 1);
  JobPage const found = store_.read([&](Connection& connection) {
    return search_jobs(connection, {.tenant_id = row->tenant_id,
                                    .service_execution_id = key.service_execution_id,
                                    .session_id = row->id,
                                    .order = {{"created_at", false}},
                                    .page = 0,
                                    .size = size});
  });
  quantum::PageResponseJob page;
  page.content.emplace();
  for (JobRow const& job : found.jobs) page.content->push_back(to_job(job));
  fill_page(page, {.page = 0, .size = size}, found.total);
  return page;
}

asio::awaitable<Result<void>> Sessions::close(Key key) {
  if (Result<void> const allowed = may_change(key.call); !allowed) co_return allowed.error();
  auto const write = [&](Connection& connection) { return close_session(connection, query_of(key), now_us()); };
  Result<void> const closed = co_await store_.write(write);
  if (closed) runner_.sessions_changed();
  co_return closed;
}

asio::awaitable<Result<quantum::Session>> Sessions::set_accepts_jobs(Key key, bool accepts) {
  if (Result<void> const allowed = may_change(key.call); !allowed) co_return allowed.error();
  auto const write = [&](Connection& connection) {
    return hub::set_accepts_jobs(connection, query_of(key), accepts, now_us());
  };
  Result<SessionRow> const row = co_await store_.write(write);
  if (!row) co_return row.error();
  runner_.sessions_changed();
  co_return to_session(*row);
}

}  // namespace qhub::hub
