#include "wire/driver.h"

#include <CLI/CLI.hpp>
#include <iostream>

int main(int argc, char** argv) {
  CLI::App app("Reads a call per line of standard input, makes it, writes its answer as a line.");
  std::string base_url, token, organization_id;
  app.add_option("--base-url", base_url)->required();
  app.add_option("--api-key", token)->required();
  app.add_option("--organization-id", organization_id);
  CLI11_PARSE(app, argc, argv);

  qhub::wire::Clients const clients(base_url, token, organization_id);
  for (std::string line; std::getline(std::cin, line);) std::cout << qhub::wire::drive(clients, line) << std::endl;
}
