// A hub within the program, without a socket: embedded_hub DIRECTORY, where it keeps its jobs.
#include <fstream>
#include <iostream>
#include <qhub/embedded/in_process_transport.h>
#include <qhub/hub/hub.h>
#include <qhub/quantum.hpp>
#include <qhub/sdk/wait_for_job.h>

int main(int argc, char** argv) try {
  if (argc != 2) return std::cerr << "usage: embedded_hub DIRECTORY\n", 2;
  auto hub = qhub::hub::Hub::open({.data_directory = argv[1], .run = {}});
  if (!hub) return std::cerr << hub.error().message << '\n', 1;
  std::string token;
  std::ifstream(std::string(argv[1]) + "/owner-token") >> token;

  qhub::HubQuantumClient const client({.api_key = token, .base_url = "http://hub/quantum",
                                       .transport = qhub::make_in_process_transport((*hub)->router())});
  auto const job = client.jobs().create_job(
      {.backend_id = "aws.sim.sv1", .shots = 1000,
       .input = "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cx q[0], q[1]; b = measure q;"});
  std::cout << qhub::wait_for_job(client.jobs(), *job.id) << '\n' << *client.jobs().get_normalized_job_result(*job.id) << '\n';
} catch (std::exception const& error) {
  std::cerr << "embedded_hub: " << error.what() << '\n';
  return 1;
}
