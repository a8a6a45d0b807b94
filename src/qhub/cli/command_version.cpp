#include <iostream>

#include "qhub/cli/command.h"

namespace qhub::cli {

static ExitCode run(Arguments const&) {
  std::cout << "qhubctl " QHUB_VERSION "\n";
  return ExitCode::done;
}

Command const command_version{
    .name = "version", .summary = "Prints the program's version.", .remote = false, .run = run};

}  // namespace qhub::cli
