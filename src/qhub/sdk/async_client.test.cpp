#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "qhub/quantum_async.hpp"
#include "qhub/sdk/async_wait_for_job.h"
#include "qhub/sdk/internal/test_server.h"
#include "qhub/service_async.hpp"

namespace qhub {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using quantum::JobStatus;

template <class T>
T run(asio::io_context& context, awaitable<T> work) {
  auto result = asio::co_spawn(context, std::move(work), asio::use_future);
  context.restart();
  context.run();
  return result.get();
}

AsyncHubQuantumClient client_of(TestServer const& server, ClientOptions options = {}) {
  options.api_key = "secret";
  options.base_url = server.url();
  return AsyncHubQuantumClient(std::move(options));
}

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ <= 12
// What this compiler would destroy twice within a co_await expression is refused when it is compiled.
static_assert(!std::convertible_to<RequestOptions, AsyncArgument<RequestOptions>>);
static_assert(std::convertible_to<RequestOptions&, AsyncArgument<RequestOptions>>);
static_assert(!std::convertible_to<decltype([text = std::string()](std::string_view) {}), AsyncArgument<ByteSink>>);
#endif
static_assert(std::convertible_to<decltype([](std::string_view) {}), AsyncArgument<ByteSink>>);

TEST(AsyncClient, CallsCompleteOnTheExecutorOfTheCaller) {
  TestServer const server([](TestServer::Request const&) { return json_answer(R"({"id":"7","status":"RUNNING"})"); });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  auto const here = std::this_thread::get_id();
  run(context, [&]() -> awaitable<void> {
    quantum::Job const job = co_await client.jobs().get_job("7");
    EXPECT_EQ(job.id, "7");
    EXPECT_EQ(std::this_thread::get_id(), here);
  }());
}

TEST(AsyncClient, AThousandAwaitablesOnOneThread) {
  std::atomic<int> answered = 0;
  TestServer const server([&](TestServer::Request const& request) {
    ++answered;
    return json_answer(R"({"id":")" + request.target.substr(request.target.rfind('/') + 1) + R"("})");
  });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  int right = 0;
  for (int i = 0; i < 1000; ++i)
    asio::co_spawn(
        context,
        [&, i]() -> awaitable<void> {
          quantum::Job const job = co_await client.jobs().get_job(std::to_string(i));
          if (job.id == std::to_string(i)) ++right;
        },
        [](std::exception_ptr failure) {
          if (failure) std::rethrow_exception(failure);
        });
  context.run();
  EXPECT_EQ(right, 1000);
  EXPECT_EQ(answered, 1000);
}

TEST(AsyncClient, OneClientServesAPoolOfThreads) {
  TestServer const server([](TestServer::Request const&) { return json_answer(R"({"status":"COMPLETED"})"); });
  AsyncHubQuantumClient const client = client_of(server);
  asio::thread_pool pool(4);
  std::atomic<int> right = 0;
  for (int i = 0; i < 200; ++i)
    asio::co_spawn(
        pool,
        [&]() -> awaitable<void> {
          auto const answer = co_await client.jobs().get_job_status("1");
          if (answer.status == JobStatus::COMPLETED) ++right;
        },
        asio::detached);
  pool.join();
  EXPECT_EQ(right, 200);
}

TEST(AsyncClient, ACancelledCallEndsAtOnceAndClosesItsConnection) {
  TestServer const server([](TestServer::Request const&) { return silence(); });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  using namespace asio::experimental::awaitable_operators;
  auto const started = std::chrono::steady_clock::now();
  run(context, [&]() -> awaitable<void> {
    asio::steady_timer timer(context, std::chrono::milliseconds(50));
    auto const first = co_await (client.jobs().get_job("1") || timer.async_wait(asio::use_awaitable));
    EXPECT_EQ(first.index(), 1u);
  }());
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
}

TEST(AsyncClient, AStopTokenEndsACallAndTheWaitForARepetition) {
  int calls = 0;
  TestServer const server([&](TestServer::Request const&) {
    return ++calls == 1 ? raw_answer("HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n") : silence();
  });
  AsyncHubQuantumClient const client = client_of(server);
  for (int round = 0; round < 2; ++round) {  // in the pause after 503, then within a call
    asio::io_context context;
    std::stop_source stop;
    std::jthread const stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop.request_stop();
    });
    EXPECT_THROW(run(context,
                     [&]() -> awaitable<void> {
                       RequestOptions const options{.stop = stop.get_token()};
                       co_await client.jobs().get_job("1", options);
                     }()),
                 CancelledError);
  }
}

TEST(AsyncClient, DestroyingTheContextFreesCallsUnderWay) {
  TestServer const server([](TestServer::Request const&) { return silence(); });
  AsyncHubQuantumClient const client = client_of(server);
  auto const witness = std::make_shared<int>();
  {
    asio::io_context context;
    for (int i = 0; i < 20; ++i)
      asio::co_spawn(
          context, [&, witness]() -> awaitable<void> { co_await client.jobs().get_job("1"); }, asio::detached);
    context.run_for(std::chrono::milliseconds(50));
    EXPECT_GT(witness.use_count(), 1);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(AsyncClient, ErrorsAreThrownWhereTheCallIsAwaited) {
  TestServer const server([](TestServer::Request const&) {
    return raw_answer("HTTP/1.1 404 Not Found\r\nContent-Length: 19\r\n\r\n{\"detail\":\"no job\"}");
  });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  EXPECT_THROW(run(context, [&]() -> awaitable<void> { co_await client.jobs().get_job("1"); }()), NotFoundError);
  AsyncHubQuantumClient const nobody({.api_key = "x", .base_url = "http://127.0.0.1:1", .max_retries = 0});
  EXPECT_THROW(run(context, [&]() -> awaitable<void> { co_await nobody.jobs().get_job("1"); }()), ConnectionError);
  TestServer const silent_server([](auto const&) { return silence(); });
  AsyncHubQuantumClient const silent = client_of(silent_server);
  EXPECT_THROW(run(context,
                   [&]() -> awaitable<void> {
                     RequestOptions const options{.timeout = std::chrono::milliseconds(100)};
                     co_await silent.jobs().get_job("1", options);
                   }()),
               TimeoutError);
}

TEST(AsyncClient, StreamsWithBackPressureOnTheCallersExecutor) {
  std::string const content(5'000'000, 'x');
  TestServer const server([&](TestServer::Request const&) {
    return raw_answer("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content);
  });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  auto const here = std::this_thread::get_id();
  std::size_t received = 0, largest = 0;
  run(context, client.jobs().get_job_result_stream("1", [&](std::string_view piece) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    received += piece.size();
    largest = std::max(largest, piece.size());
  }));
  EXPECT_EQ(received, content.size());
  EXPECT_LE(largest, 1U << 20);
  EXPECT_THROW(run(context, client.jobs().get_job_result_stream(
                                "1", [](std::string_view) { throw std::logic_error("enough"); })),
               std::logic_error);
}

TEST(AsyncClient, PagesComeAsTheyAreAskedFor) {
  TestServer const server([](TestServer::Request const& request) {
    bool const second = request.target.find("page=1") != std::string::npos;
    return json_answer(second ? R"({"content":[{"id":"c"}],"page":1,"total_pages":2})"
                              : R"({"content":[{"id":"a"},{"id":"b"}],"page":0,"total_pages":2})");
  });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  std::string ids;
  run(context, [&]() -> awaitable<void> {
    auto jobs = client.jobs().search_all_jobs();
    while (auto const job = co_await jobs.next()) ids += *job->id;
  }());
  EXPECT_EQ(ids, "abc");
}

TEST(AsyncClient, WaitsForManyJobsAtOnce) {
  std::atomic<int> looks = 0;
  TestServer const server([&](TestServer::Request const&) {
    return json_answer(++looks > 60 ? R"({"status":"COMPLETED"})" : R"({"status":"RUNNING"})");
  });
  AsyncHubQuantumClient const client = client_of(server);
  asio::io_context context;
  int completed = 0;
  for (int i = 0; i < 20; ++i)
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
          if (co_await wait_for_job(client.jobs(), "1") == JobStatus::COMPLETED) ++completed;
        },
        asio::detached);
  context.run();
  EXPECT_EQ(completed, 20);
}

TEST(AsyncServiceClient, MayWaitForItsToken) {
  std::string seen;
  TestServer const server([&](TestServer::Request const& request) {
    seen = request.header("authorization");
    return json_answer("[]");
  });
  asio::io_context context;
  int asked = 0;
  service::AsyncHubServiceClient const client(
      {.base_url = server.url()}, [&]() -> awaitable<std::string> {
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
        co_return "fresh" + std::to_string(++asked);
      });
  run(context, [&]() -> awaitable<void> { co_await client.service_api().get_service_executions(); }());
  EXPECT_EQ(seen, "Bearer fresh1");
}

}  // namespace
}  // namespace qhub
