// Tests without a network. Once with a hub: QHUB_URL=… QHUB_TOKEN=… record_replay record FILE; then: record_replay replay FILE
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>
#include <qhub/sdk/recording.h>
#include <string_view>

int main(int argc, char** argv) try {
  bool const records = argc == 3 && argv[1] == std::string_view("record");
  if (argc != 3 || (!records && argv[1] != std::string_view("replay")))
    return std::cerr << "usage: record_replay record|replay FILE\n", 2;
  auto const setting = [](char const* name) { return std::getenv(name) ? std::getenv(name) : "not-needed"; };
  qhub::HubQuantumClient const client(
      {.api_key = setting("QHUB_TOKEN"),
       .base_url = setting("QHUB_URL") + std::string("/quantum"),
       .transport = records ? qhub::make_recording_transport(argv[2]) : qhub::make_replaying_transport(argv[2])});
  for (auto const& backend : client.backends().get_backends())
    std::cout << backend.id.value_or("") << ": " << *client.backends().get_backend_status(*backend.id).status << '\n';
} catch (std::exception const& error) {
  std::cerr << "record_replay: " << error.what() << '\n';
  return 1;
}
