#include <iostream>

#include "qhub/api/codec.h"
#include "qhub/cli/command.h"
#include "qhub/cli/remote.h"
#include "qhub/cli/table.h"
#include "qhub/quantum.hpp"
#include "qhub/quantum/models_codec.h"

namespace qhub::cli {

static ExitCode run(Arguments const& arguments) {
  HubQuantumClient const client(client_options(arguments, "quantum"));
  std::vector<quantum::Backend> const backends = client.backends().get_backends();
  if (arguments.flag("json")) {
    std::cout << api::encode(backends) << '\n';
    return ExitCode::done;
  }
  std::vector<std::vector<std::string>> rows;
  for (quantum::Backend const& backend : backends) {
    std::string qubits;
    if (backend.configuration && backend.configuration->qubit_count)
      qubits = std::to_string(*backend.configuration->qubit_count);
    rows.push_back({backend.id.value_or(""), backend.provider.value_or("").text(), backend.type.value_or("").text(),
                    qubits, backend.display_name.value_or("")});
  }
  print_table({"ID", "PROVIDER", "TYPE", "QUBITS", "NAME"}, rows);
  return ExitCode::done;
}

Command const command_backends{.name = "backends",
                               .summary = "Lists the backends that take jobs.",
                               .options = {{"json", "", "Print the full documents as JSON."}},
                               .examples = {"qhubctl backends", "qhubctl backends --json"},
                               .run = run};

}  // namespace qhub::cli
