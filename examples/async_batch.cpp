// N jobs in parallel on one thread: QHUB_URL=http://127.0.0.1:8765 QHUB_TOKEN=… async_batch
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>
#include <qhub/quantum_async.hpp>
#include <qhub/sdk/async_wait_for_job.h>

using boost::asio::awaitable;
using namespace qhub::quantum;

/// Submits one job, waits for it and prints how it ended.
awaitable<void> run(AsyncHubQuantumClient client, int qubits) {
  std::string const n = std::to_string(qubits);
  CreateJobRequest const request{.backend_id = "aws.sim.sv1", .shots = 100,
                                 .input = "OPENQASM 3.0; qubit[" + n + "] q; bit[" + n + "] b; h q; b = measure q;"};
  Job const job = co_await client.jobs().create_job(request);
  JobStatus const status = co_await qhub::wait_for_job(client.jobs(), *job.id);
  std::cout << qubits << " qubits: " << status << '\n';
}

int main() try {
  auto const setting = [](char const* name) { return std::getenv(name) ? std::getenv(name) : ""; };
  AsyncHubQuantumClient const client({.api_key = setting("QHUB_TOKEN"), .base_url = setting("QHUB_URL") + std::string("/quantum")});
  boost::asio::io_context context;
  for (int qubits = 1; qubits <= 10; ++qubits)
    boost::asio::co_spawn(context, run(client, qubits), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);  // out of context.run()
    });
  context.run();
} catch (std::exception const& error) {
  std::cerr << "async_batch: " << error.what() << '\n';
  return 1;
}
