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
  quantum::PageResponseJob const page =
      client.jobs().search_jobs({.page = arguments.integer("page", 0, 1'000'000'000).value_or(0),
                                 .size = arguments.integer("size", 1, 1000).value_or(20),
                                 .sort = {{"created_at,desc"}}});
  if (arguments.flag("json")) {
    std::cout << api::encode(page) << '\n';
    return ExitCode::done;
  }
  std::vector<std::vector<std::string>> rows;
  for (quantum::Job const& job : page.content.value_or(std::vector<quantum::Job>{}))
    rows.push_back({job.id.value_or(""), job.status.value_or("").text(), job.backend_id.value_or(""),
                    job.shots ? std::to_string(*job.shots) : "", job.created_at.value_or(""), job.name.value_or("")});
  print_table({"ID", "STATUS", "BACKEND", "SHOTS", "CREATED", "NAME"}, rows);
  return ExitCode::done;
}

Command const command_jobs{.name = "jobs",
                           .summary = "Lists your jobs, the newest first.",
                           .options = {{"page", "N", "Which page, from 0."},
                                       {"size", "N", "Jobs per page. 20 unless given."},
                                       {"json", "", "Print the page as JSON."}},
                           .examples = {"qhubctl jobs", "qhubctl jobs --size 5 --json"},
                           .run = run};

}  // namespace qhub::cli
