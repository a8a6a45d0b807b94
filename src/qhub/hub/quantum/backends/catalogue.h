#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/sim/engine.h"

namespace qhub::hub {

/// How a backend writes its results; one file each in quantum/results/.
enum class ResultFormat { counts, qsim, ionq, braket };

/// A backend as its file describes it.
struct BackendDescription {
  std::string id;
  std::string provider;
  boost::json::object document;               ///< The API's Backend document.
  std::optional<boost::json::object> config;  ///< The vendor's own document, which its clients read.
  ResultFormat result_format = ResultFormat::counts;
  sim::Engine const* engine = nullptr;
  std::uint64_t qubit_count = 0;
  std::uint64_t min_shots = 1;
  std::uint64_t max_shots = 1;
  std::uint64_t max_circuits = 1;  ///< Per job.
};

/// The backends of a hub.
class Catalogue {
 public:
  /// Those that come with the program: the files of this folder.
  static Catalogue built_in();

  /// Reads a description: `{"engine": …, "result_format": …, "backend": {…}, "config": {…}?}`.
  /// Errors: syntax; invalid_argument for a missing member or an unknown engine or format.
  static Result<BackendDescription> read(std::string_view json);

  [[nodiscard]] std::span<BackendDescription const> all() const { return backends_; }
  [[nodiscard]] BackendDescription const* find(std::string_view id) const;

 private:
  std::vector<BackendDescription> backends_;
};

}  // namespace qhub::hub
