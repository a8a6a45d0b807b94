// A large result to a function and to a file, in constant memory: QHUB_URL=… QHUB_TOKEN=… streaming JOB FILE
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>

int main(int argc, char** argv) try {
  if (argc != 3) return std::cerr << "usage: streaming JOB FILE\n", 2;
  auto const setting = [](char const* name) { return std::getenv(name) ? std::getenv(name) : ""; };
  qhub::HubQuantumClient const client({.api_key = setting("QHUB_TOKEN"), .base_url = setting("QHUB_URL") + std::string("/quantum")});

  std::size_t bytes = 0;
  client.jobs().get_job_result_stream(argv[1], [&](std::string_view piece) { bytes += piece.size(); });
  std::cout << bytes << " bytes\n";

  // Goes on where it was if the connection breaks, and also if this program is started again.
  client.jobs().get_job_result_stream(argv[1], qhub::ToFile{argv[2]});
} catch (std::exception const& error) {
  std::cerr << "streaming: " << error.what() << '\n';
  return 1;
}
