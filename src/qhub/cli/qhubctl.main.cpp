#include "qhub/cli/command.h"

int main(int argc, char** argv) {
  return qhub::cli::run_program(argc, argv);
}
