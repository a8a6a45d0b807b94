// Two jobs on a hub: QHUB_URL=http://127.0.0.1:8765 QHUB_TOKEN=… quickstart
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>
#include <qhub/sdk/histogram.h>
#include <qhub/sdk/wait_for_job.h>

using namespace qhub::quantum;

/// Submits the job, waits for it and prints its counts.
void run(HubQuantumClient const& client, CreateJobRequest const& request) {
  Job const job = client.jobs().create_job(request);
  auto const status = qhub::wait_for_job(client.jobs(), *job.id, {.on_progress = [](auto const& now, auto waited) {
                                           std::cerr << '\r' << now.text() << " after " << waited.count() << " ms   ";
                                         }});
  std::cerr << '\n';
  if (status != JobStatus::COMPLETED) throw std::runtime_error("the job ended " + status.text());
  auto const results = client.jobs().get_normalized_job_result(*job.id);
  for (auto const& pub : results->pubs)
    if (auto const* result = pub.get_if<NormalizedPubResult_Counts>()) std::cout << qhub::histogram(*result->counts);
}

int main() try {
  auto const setting = [](char const* name) { return std::getenv(name) ? std::getenv(name) : ""; };
  HubQuantumClient const client({.api_key = setting("QHUB_TOKEN"), .base_url = setting("QHUB_URL") + std::string("/quantum")});

  std::cout << "A Bell circuit in OpenQASM 3, 1000 shots on aws.sim.sv1\n";
  run(client, {.backend_id = "aws.sim.sv1", .shots = 1000,
               .input = "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cnot q[0], q[1]; b = measure q;"});

  std::cout << "\nThe documentation's quickstart: x on qubit 0, then a controlled x on qubit 1\n";
  run(client, {.backend_id = "aws.sim.sv1", .shots = 1000,
               .input = IonqJobInput{.circuit = {{.targets = {{0}}}, {.targets = {{1}}, .controls = {{0}}}},
                                     .gateset = "qis", .qubits = 2}});
} catch (std::exception const& error) {
  std::cerr << "quickstart: " << error.what() << '\n';
  return 1;
}
