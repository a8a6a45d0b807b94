#pragma once

#include <string>

#include "qhub/hub/program/settings.h"
#include "qhub/hub/service/service_host.h"

namespace qhub::hub {

/// The settings of `qhubd serve` that concern services.
struct ServiceSettings {
  std::string public_url;
  std::string python = "/usr/bin/python3";
  std::string isolation = "auto";
  std::string interrupted = "fail";
  unsigned executions = 16;
  unsigned warm_pythons = 8;
  unsigned retention_days = 90;
  std::uint64_t memory_mib = 2048;
  std::uint64_t output_mib = 1024;
  unsigned max_hours = 24;

  void add_to(Settings& settings);
  [[nodiscard]] ServiceOptions to_options() const;
};

}  // namespace qhub::hub
