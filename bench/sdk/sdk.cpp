// The same with the SDK, answers decoded.
//   bench_sdk URL SCENARIO TIMES TOKEN JOB
// The scenario `submit` is none to measure: it runs that many jobs and prints the last one's id.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>
#include <qhub/quantum_async.hpp>
#include <qhub/sdk/wait_for_job.h>
#include <string>

#include "measure.h"

using namespace qhub;

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  std::string const scenario = argv[2], id = argv[5];
  int const times = std::atoi(argv[3]);
  ClientOptions const options{.api_key = argv[4], .base_url = argv[1] + std::string("/quantum")};
  if (scenario == "async") {
    constexpr int concurrency = 256;
    boost::asio::io_context context(1);
    AsyncHubQuantumClient const client(options);
    auto const burst = [&] {
      for (int i = 0; i < concurrency; ++i)
        boost::asio::co_spawn(
            context,
            [&]() -> boost::asio::awaitable<void> {
              for (int call = 0; call < times; ++call)
                if ((co_await client.jobs().get_job_status(id)).status != quantum::JobStatus::RUNNING) std::exit(1);
            },
            boost::asio::detached);
      context.restart();
      context.run();
    };
    measure("async", 2, burst, concurrency * times);
    return 0;
  }
  HubQuantumClient const client(options);
  if (scenario == "status")
    measure("status", times, [&] {
      if (!client.jobs().get_job_status(id).status->is_known()) std::exit(1);
    });
  if (scenario == "page")
    measure("page", times, [&] {
      if (client.jobs().search_jobs({.page = 0, .size = 50}).content->size() != 50) std::exit(1);
    });
  if (scenario == "stream")
    measure("stream", times, [&] {
      std::size_t received = 0;
      client.jobs().get_job_result_stream(id, [&](std::string_view piece) { received += piece.size(); });
      if (received != 100'000'000) std::exit(1);
    });
  if (scenario == "submit") {
    std::string last;
    for (int i = 0; i < times; ++i)
      last = *client.jobs()
                  .create_job({.backend_id = "aws.sim.sv1", .shots = 1000,
                               .input = "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cx q[0], q[1]; b = measure q;",
                               .name = "job number " + std::to_string(i),
                               .input_params = Json{{"disable_qubit_rewiring", false}},
                               .tags = {{"bench", "run-" + std::to_string(i)}}})
                  .id;
    for (auto const& job : client.jobs().search_all_jobs()) wait_for_job(client.jobs(), *job.id);
    std::cout << last << std::endl;
  }
  if (scenario == "first") {
    client.jobs().get_job_status(id);
    std::cout << R"({"name":"first"})" << std::endl;
  }
}
