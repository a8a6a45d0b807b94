// A program of somebody else's, outside of this repository: it asks a client that replays a recording.
#include <fstream>
#include <iostream>
#include <qhub/circuit/circuit.h>
#include <qhub/quantum.hpp>
#include <qhub/sdk/recording.h>

int main() {
  std::ofstream("recording.jsonl")
      << R"({"request":{"method":"GET","target":"/quantum/jobs/7","headers":[]},)"
      << R"("response":{"status":200,"headers":[],"body":"{\"id\":\"7\",\"status\":\"COMPLETED\"}"}})" << '\n';
  qhub::HubQuantumClient const client({.api_key = "token", .base_url = "http://hub/quantum",
                                       .transport = qhub::make_replaying_transport("recording.jsonl")});
  std::cout << client.jobs().get_job("7") << '\n';
}
