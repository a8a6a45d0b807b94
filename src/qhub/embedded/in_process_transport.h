#pragma once

#include <memory>

#include "qhub/hub/http/router.h"
#include "qhub/sdk/async_transport.h"
#include "qhub/sdk/http.h"

/// SDK and hub in one process: tests, notebooks and batch programs that need a hub but no server.
namespace qhub {

/// A transport that hands each request straight to the hub, in the calling thread and without a socket. A client's base
/// URL then may have any host: `http://hub/quantum`.
/// \param router  Hub::router() of a hub that outlives the transport.
std::shared_ptr<Transport> make_in_process_transport(hub::Router& router);

/// The same for the asynchronous clients; the hub's handlers run on the executor of the awaiting coroutine.
std::shared_ptr<AsyncTransport> make_async_in_process_transport(hub::Router& router);

}  // namespace qhub
