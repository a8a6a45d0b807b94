#include "qhub/hub/resource/transaction.h"

#include <charconv>

#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

/// The number of an entity tag such as "3", W/"3" or 3; nothing for `*`, and a number that no version has for others.
std::optional<std::int64_t> version_of(std::string_view tag) {
  if (tag == "*") return std::nullopt;
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  std::int64_t version = 0;
  auto const [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
  return error == std::errc() && end == tag.data() + tag.size() ? version : 0;
}

}  // namespace

Transaction Transactions::begin(Connection& connection, Call const& call) {
  auto const tag = call.request.headers.find("If-Match");
  return {.database = connection,
          .caller = call.principal,
          .now = now_us(),
          .if_match = tag ? version_of(*tag) : std::nullopt};
}

void Transactions::record(Transaction const& transaction, Call const& call) {
  std::string objects;
  for (std::string const& parameter : call.request.path_parameters)
    objects.append(objects.empty() ? "" : "/").append(parameter);
  transaction.database.execute(
      "INSERT INTO audit (at, user_id, tenant_id, operation, objects, request_id) VALUES (?, ?, ?, ?, ?, ?)",
      transaction.now, transaction.caller.user_id, transaction.caller.tenant_id, call.operation.id, objects,
      call.request_id);
}

}  // namespace qhub::hub
