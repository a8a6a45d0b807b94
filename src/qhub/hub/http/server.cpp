#include "qhub/hub/http/server.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <unordered_set>
#include <vector>

#include "qhub/hub/http/session.h"

namespace qhub::hub {
namespace {

using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// An event loop with its thread and its connections, which nobody else touches.
struct Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  asio::steady_timer sweep{context};
  bool is_ending = false;
  std::unordered_set<std::shared_ptr<Session>> sessions;
  std::thread thread;
};

Result<std::unique_ptr<asio::ssl::context>> load_certificate(ServerOptions const& options) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  auto const fail = [](std::filesystem::path const& file, boost::system::error_code error) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("cannot use {} for TLS: {}", file.string(), error.message()),
                 .details = {}};
  };
  boost::system::error_code error;
  context->use_certificate_chain_file(options.tls_certificate.string(), error);
  if (error) return fail(options.tls_certificate, error);
  context->use_private_key_file(options.tls_key.string(), asio::ssl::context::pem, error);
  if (error) return fail(options.tls_key, error);
  return context;
}

}  // namespace

class Server::Implementation {
 public:
  Implementation(ServerOptions options, Router& router) : options_(std::move(options)), router_(router) {
    unsigned const threads = options_.threads ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>());
    acceptor_ = std::make_unique<Acceptor>(loops_.front()->context);
  }

  Result<void> listen() {
    if (!options_.tls_certificate.empty()) {
      auto loaded = load_certificate(options_);
      if (!loaded) return std::move(loaded).error();
      tls_ = std::move(*loaded);
    }
    auto const fail = [&](ErrorKind kind, boost::system::error_code error) {
      return Error{.kind = kind,
                   .message = fmt::format("cannot listen on {}:{}: {}", options_.host, options_.port, error.message()),
                   .details = {}};
    };
    boost::system::error_code error;
    auto const found = tcp::resolver(loops_.front()->context)
                           .resolve(options_.host, std::to_string(options_.port), tcp::resolver::passive, error);
    if (error) return fail(ErrorKind::invalid_argument, error);
    tcp::endpoint const endpoint = *found.begin();
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(ErrorKind::unavailable, error);
    port_ = acceptor_->local_endpoint().port();
    return {};
  }

  void run() {
    asio::co_spawn(acceptor_->get_executor(), accept(), asio::detached);
    for (auto const& loop : loops_) {
      asio::co_spawn(loop->context, sweep(*loop), asio::detached);
      loop->thread = std::thread([&loop = *loop] { loop.context.run(); });
    }
  }

  void stop() {
    is_stopping_ = true;
    asio::post(acceptor_->get_executor(), [this] { acceptor_->close(); });
    for_each_session([](Session& session) { session.finish(); });
    auto const end = Clock::now() + options_.shutdown_timeout;
    while (connection_count_ > 0 && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for_each_session([](Session& session) { session.close(); });
    // Nothing is cut short: a handler that waits for the database is resumed before its thread ends.
    for (auto const& loop : loops_) {
      asio::post(loop->context, [&loop = *loop] {
        loop.is_ending = true;  // Cancelling alone would miss a timer that has just run out.
        loop.sweep.cancel();
        loop.work.reset();
      });
    }
    for (auto const& loop : loops_) loop->thread.join();
  }

  std::uint16_t port() const { return port_; }
  std::size_t connection_count() const { return connection_count_; }

 private:
  void for_each_session(void (*act)(Session&)) {
    for (auto const& loop : loops_)
      asio::post(loop->context, [&loop = *loop, act] {
        auto const sessions = loop.sessions;  // Closing one may remove it from the set.
        for (auto const& session : sessions) act(*session);
      });
  }

  asio::awaitable<void> accept() {
    for (std::size_t turn = 0;; ++turn) {
      Loop& loop = *loops_[turn % loops_.size()];
      auto [error, socket] = co_await acceptor_->async_accept(loop.context.get_executor(), as_values);
      if (is_stopping_) co_return;
      if (error) {  // Out of file descriptors, most likely: connections that end will free some.
        spdlog::warn("cannot accept a connection: {}", error.message());
        asio::steady_timer pause(acceptor_->get_executor(), std::chrono::milliseconds(100));
        co_await pause.async_wait(as_values);
        continue;
      }
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      ++connection_count_;
      auto const session = std::make_shared<Session>(std::move(socket), tls_.get(), options_, router_);
      asio::post(loop.context, [this, &loop, session] {
        loop.sessions.insert(session);
        if (is_stopping_) session->finish();
        asio::co_spawn(loop.context, session->run(), [this, &loop, session](std::exception_ptr) {
          loop.sessions.erase(session);
          --connection_count_;
        });
      });
    }
  }

  /// Closes connections whose time is over, late by an eighth of the shortest timeout at most.
  asio::awaitable<void> sweep(Loop& loop) {
    auto const interval = std::clamp<std::chrono::milliseconds>(
        std::min({options_.idle_timeout, options_.stall_timeout, options_.linger}) / 8, std::chrono::milliseconds(5),
        std::chrono::milliseconds(1000));
    while (true) {
      loop.sweep.expires_after(interval);
      auto const [error] = co_await loop.sweep.async_wait(as_values);
      if (error || loop.is_ending) co_return;
      for (auto const& session : loop.sessions) session->expire(Clock::now());
    }
  }

  ServerOptions const options_;
  Router& router_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<Acceptor> acceptor_;  ///< On the first loop.
  std::atomic<bool> is_stopping_ = false;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> connection_count_ = 0;
};

Result<std::unique_ptr<Server>> Server::start(ServerOptions const& options, Router& router) {
  auto implementation = std::make_unique<Implementation>(options, router);
  Result<void> const listening = implementation->listen();
  if (!listening) return listening.error();
  implementation->run();
  return std::unique_ptr<Server>(new Server(std::move(implementation)));
}

Server::Server(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Server::~Server() {
  implementation_->stop();
}
std::uint16_t Server::port() const {
  return implementation_->port();
}
std::size_t Server::connection_count() const {
  return implementation_->connection_count();
}

}  // namespace qhub::hub
