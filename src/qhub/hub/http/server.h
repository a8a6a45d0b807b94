#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "qhub/base/result.h"
#include "qhub/hub/http/router.h"

namespace qhub::hub {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< Name or address to listen on.
  std::uint16_t port = 0;          ///< 0: any free one.
  unsigned threads = 0;            ///< That read, answer and write; 0: one per processor.

  std::filesystem::path tls_certificate;  ///< PEM chain; empty: HTTP in the clear.
  std::filesystem::path tls_key;          ///< PEM, the certificate's private key.

  std::uint32_t max_header_bytes = 64U << 10;                  ///< Beyond: 431.
  std::uint64_t max_body_bytes = std::uint64_t{128} << 20;     ///< Of a body kept in memory. Beyond: 413.
  std::uint64_t max_upload_bytes = std::uint64_t{64} << 30;    ///< Of multipart/form-data. Beyond: 413.
  std::filesystem::path upload_directory = std::filesystem::temp_directory_path();  ///< For files while they arrive.

  std::chrono::milliseconds idle_timeout{75'000};      ///< For the next request to begin and send all of its header.
  std::chrono::milliseconds stall_timeout{30'000};     ///< For the next bytes of a body, in either direction.
  std::uint64_t min_body_bytes_per_second = 4U << 10;  ///< A body slower than this, after stall_timeout, is cut off.
  std::chrono::milliseconds linger{5'000};             ///< How long what a refused client still sends is thrown away.
  std::chrono::milliseconds shutdown_timeout{10'000};  ///< For requests under way when the server stops.
};

/// Speaks HTTP/1.1 and hands requests to a router. Connections are kept alive; a request the protocol does not allow is
/// answered with a problem document and ends its connection.
///
/// Each thread has an event loop of its own and keeps the connections that it was given, in turn: nothing is shared
/// between threads on the way of a request through the server.
class Server {
 public:
  /// Listens and starts the threads. Errors, for people: unavailable if the address is taken or not ours,
  /// invalid_argument if the host is unknown or the certificate or key cannot be used. The router must outlive the
  /// server.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions const& options, Router& router);

  /// Takes no more connections, completes the requests under way, and ends the threads.
  ~Server();

  [[nodiscard]] std::uint16_t port() const;

  /// Open connections.
  [[nodiscard]] std::size_t connection_count() const;

 private:
  class Implementation;
  explicit Server(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace qhub::hub
