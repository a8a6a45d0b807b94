#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "qhub/hub/http/router.h"
#include "qhub/hub/service/service_host.h"

namespace qhub::hub {

struct LocalServiceOptions {
  std::filesystem::path workspace;             ///< The project.
  std::string entrypoint = "src.program:run";  ///< Of the project, or a file to run if it is no Python.
  std::string python;                          ///< An interpreter with qhub-commons; empty: `entrypoint` is a program.
  std::filesystem::path data_directory;        ///< Results, logs and what else is kept.
  ServiceOptions services;
};

/// One project served as a service, without a hub: the service API at the root, for everybody who can reach it. Each
/// execution runs the project's code as it is then.
class LocalService {
 public:
  /// Errors: those of Store::open and ServiceHost::open; invalid_argument if the project has no such entrypoint.
  [[nodiscard]] static Result<std::unique_ptr<LocalService>> open(LocalServiceOptions const& options);
  ~LocalService();

  [[nodiscard]] Router& router();

 private:
  struct Parts;
  explicit LocalService(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace qhub::hub
