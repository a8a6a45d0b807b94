#pragma once

#include <string_view>

#include "qhub/base/error.h"
#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// A detail of this name is no place at fault, but the seconds after which it is worth asking again.
inline constexpr std::string_view retry_after = "Retry-After";

/// The HTTP status of each kind of error; no other place decides it. The official clients repeat every request that was
/// answered 408, 409, 429 or 5xx, so only errors that a repeat may cure, and that left nothing behind, get such a one;
/// `conflict` is for states of other objects, never for a wrong value.
[[nodiscard]] unsigned status_of(ErrorKind kind);

/// The problem document (RFC 9457) of an error: `type`, `title`, `status`, `detail`, `instance` (the request id) and,
/// if there are details, `errors[] {where, detail}`. Statuses worth repeating carry Retry-After, of a second
/// if the error does not say otherwise. The message of an
/// internal error goes to the log under the request id and not to the client.
[[nodiscard]] Response problem(Error const& error, std::string_view request_id);

/// As above with a status no ErrorKind stands for (405, 408, 431 …).
[[nodiscard]] Response problem(unsigned status, Error const& error, std::string_view request_id);

}  // namespace qhub::hub
