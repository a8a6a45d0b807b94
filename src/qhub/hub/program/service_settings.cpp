#include "qhub/hub/program/service_settings.h"

namespace qhub::hub {

void ServiceSettings::add_to(Settings& settings) {
  settings.add("public-url", public_url, "Where services and their users reach this hub, if not where it listens.");
  settings.add("service-python", python,
               "Interpreter that Python services are built with; if it has qhub-commons, some need nothing else.");
  settings
      .add("service-isolation", isolation,
           "required: no hub without namespaces to run services in; auto: with resource limits only, if need be.")
      ->check(CLI::IsMember({"auto", "required"}));
  settings.add("interrupted-executions", interrupted, "What becomes of executions that ran when a hub died.")
      ->check(CLI::IsMember({"fail", "rerun"}));
  settings.add("executions", executions, "How many executions of services run at the same time.")
      ->check(CLI::Range(1, 1024));
  settings.add("warm-pythons", warm_pythons, "How many services keep a Python interpreter ready; 0: none.")
      ->check(CLI::Range(0, 1024));
  settings.add("retention-days", retention_days, "When ended executions are removed with their results; 0: never.")
      ->check(CLI::Range(0, 36'500));
  settings.add("execution-memory-mib", memory_mib, "Memory of an execution whose service asks for no other amount.")
      ->check(CLI::Range(16, 16'777'216));
  settings.add("execution-output-mib", output_mib, "How much an execution may write.")
      ->check(CLI::Range(1, 16'777'216));
  settings.add("execution-hours", max_hours, "How long an execution may run.")->check(CLI::Range(1, 8760));
}

ServiceOptions ServiceSettings::to_options() const {
  ServiceOptions options;
  options.require_isolation = isolation == "required";
  options.warm_pythons = warm_pythons;
  options.limits.memory_bytes = memory_mib << 20;
  options.limits.output_bytes = output_mib << 20;
  options.limits.wall_time = std::chrono::hours(max_hours);
  options.build.python = python;
  options.run.workers = executions;
  options.run.run_again = interrupted == "rerun";
  options.run.retention = std::chrono::hours(24 * retention_days);
  return options;
}

}  // namespace qhub::hub
