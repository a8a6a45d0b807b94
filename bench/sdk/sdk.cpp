// The same with the SDK, answers decoded.
//   bench_sdk URL SCENARIO TIMES
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>
#include <qhub/quantum_async.hpp>
#include <string>

#include "measure.h"

using namespace qhub;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::string const scenario = argv[2];
  int const times = std::atoi(argv[3]);
  ClientOptions const options{.api_key = "token", .base_url = argv[1] + std::string("/quantum")};
  if (scenario == "async") {
    constexpr int concurrency = 256, calls = 40;
    boost::asio::io_context context(1);
    AsyncHubQuantumClient const client(options);
    measure("async", times, [&] {
      for (int i = 0; i < concurrency; ++i)
        boost::asio::co_spawn(
            context,
            [&]() -> boost::asio::awaitable<void> {
              for (int call = 0; call < calls; ++call)
                if ((co_await client.jobs().get_job_status("5f3a")).status != quantum::JobStatus::RUNNING) std::exit(1);
            },
            boost::asio::detached);
      context.restart();
      context.run();
    });
    return 0;
  }
  HubQuantumClient const client(options);
  if (scenario == "status")
    measure("status", times, [&] {
      if (client.jobs().get_job_status("5f3a").status != quantum::JobStatus::RUNNING) std::exit(1);
    });
  if (scenario == "page")
    measure("page", times, [&] {
      if (client.jobs().search_jobs({.page = 0, .size = 50}).content->size() != 50) std::exit(1);
    });
  if (scenario == "stream")
    measure("stream", times, [&] {
      std::size_t received = 0;
      client.jobs().get_job_result_stream("5f3a", [&](std::string_view piece) { received += piece.size(); });
      if (received != 100'000'000) std::exit(1);
    });
  if (scenario == "first") {
    client.jobs().get_job_status("5f3a");
    std::cout << R"({"name":"first"})" << std::endl;
  }
}
