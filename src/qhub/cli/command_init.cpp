#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include "qhub/cli/commands.h"

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;

using Files = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view ignore_file =
    "# What `qhubctl up` and `qhubctl compress` leave out, in the syntax of .gitignore.\n"
    "/input/\n/build/\n";

Files python_files(std::string const& name) {
  return {
      {"planqk.json", fmt::format(R"({{
  "name": "{}",
  "description": "",
  "resources": {{"cpu": 1, "memory": 2}},
  "runtime": "PYTHON_TEMPLATE"
}}
)",
                                  name)},
      {"src/__init__.py", ""},
      {"src/program.py", R"("""A service: the parameters of run() are its input, what it returns is its result."""

import random

from loguru import logger


def run(shots: int, bias: float = 0.5) -> dict:
    """Tosses a coin."""
    logger.info("tossing {} times", shots)
    heads = sum(random.random() < bias for _ in range(shots))
    return {"counts": {"heads": heads, "tails": shots - heads}}
)"},
      {"requirements.txt", "# What src/ imports, one package per line. The runtime, qhub-commons, is there already.\n"},
      {"input/shots.json", "100\n"},
      {"input/bias.json", "0.5\n"},
      {".qhubignore", std::string(ignore_file)},
      {"README.md", fmt::format("# {}\n\n"
                                "    qhubctl serve     # run it here: http://127.0.0.1:8081\n"
                                "    qhubctl up        # deploy it\n"
                                "    qhubctl run       # run it there, with the files of input/ as parameters\n",
                                name)}};
}

Files native_files(std::string const& name) {
  return {{"planqk.json", fmt::format(R"({{
  "name": "{}",
  "description": "",
  "resources": {{"cpu": 1, "memory": 1}},
  "runtime": "EXECUTABLE",
  "environment": {{"ENTRYPOINT": "build/service"}}
}}
)",
                                      name)},
          {"CMakeLists.txt",
           "cmake_minimum_required(VERSION 3.16)\n"
           "project(service CXX)\n"
           "set(CMAKE_CXX_STANDARD 20)\n"
           "add_executable(service src/main.cpp)\n"
           "target_link_options(service PRIVATE -static-libstdc++ -static-libgcc)\n"},
          {"src/main.cpp",
           R"(// A service: reads the parameter `shots` from $INPUT_DIRECTORY/shots.json, writes its result to
// $OUTPUT_DIRECTORY/output.json. What it prints is its log; an exit code other than 0 means that it failed.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

int main() {
  std::string const input = std::getenv("INPUT_DIRECTORY");
  std::string const output = std::getenv("OUTPUT_DIRECTORY");
  int shots = 0;
  if (!(std::ifstream(input + "/shots.json") >> shots) || shots < 0) {
    std::cerr << "ERROR shots must be a number\n";
    return 1;
  }
  std::cout << "INFO tossing " << shots << " times\n";
  std::mt19937 random{std::random_device{}()};
  int heads = 0;
  for (int i = 0; i < shots; ++i) heads += static_cast<int>(random() & 1U);
  std::ofstream(output + "/output.json") << "{\"counts\": {\"heads\": " << heads << ", \"tails\": " << shots - heads << "}}\n";
}
)"},
          {"input/shots.json", "100\n"},
          {".qhubignore",
           "# What `qhubctl up` and `qhubctl compress` leave out, in the syntax of .gitignore.\n"
           "/input/\n/build/*\n!/build/service\n"},
          {"README.md", fmt::format("# {}\n\n"
                                    "    cmake -B build && cmake --build build\n"
                                    "    qhubctl serve     # run it here: http://127.0.0.1:8081\n"
                                    "    qhubctl up        # deploy it\n"
                                    "    qhubctl run       # run it there, with the files of input/ as parameters\n",
                                    name)}};
}

ExitCode run(Arguments const& arguments) {
  std::string const name = arguments.find("name").value_or(arguments.find("NAME").value_or("my-service"));
  std::string const kind = arguments.find("template").value_or("python");
  if (kind != "python" && kind != "native") throw UsageError{"--template is python or native, not '" + kind + "'"};
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos || name.find('"') != std::string::npos)
    throw UsageError{fmt::format("'{}' cannot be the name of a service and of its folder", name)};
  fs::path const folder = name;
  if (fs::exists(folder))
    throw UsageError{
        fmt::format("Destination {} already exists. Please choose another name.", fs::absolute(folder).string())};
  for (auto const& [path, content] : kind == "python" ? python_files(name) : native_files(name)) {
    fs::create_directories((folder / path).parent_path());
    std::ofstream file(folder / path, std::ios::binary);
    file << content;
    if (!file.flush()) throw std::runtime_error("cannot write " + (folder / path).string());
  }
  std::cout << fmt::format("Created {}. What to do next:\n", name) << fmt::format("  cd {}\n", name)
            << (kind == "native" ? "  cmake -B build && cmake --build build\n" : "")
            << "  qhubctl serve     run it on this machine\n"
               "  qhubctl up        deploy it\n"
               "  qhubctl run       run it there\n";
  return ExitCode::done;
}

}  // namespace

Command const command_init{
    .name = "init",
    .summary = "Makes a folder with a new service, in Python or as a program of its own.",
    .positionals = {{"NAME", "Of the service and of its folder. my-service unless given.", false}},
    .options = {{"template", "KIND", "python (unless given) or native, which is C++."},
                {"name", "NAME", "The same as NAME."},
                {"non-interactive", "", "As the official CLI has it; nothing is ever asked here."}},
    .remote = false,
    .examples = {"qhubctl init coin", "qhubctl init dice --template native"},
    .run = run};

}  // namespace qhub::cli
