#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
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
  std::string status = "ONLINE";              ///< Only ONLINE backends take jobs.
  ResultFormat result_format = ResultFormat::counts;
  sim::Engine const* engine = nullptr;
  std::uint64_t qubit_count = 0;
  std::uint64_t min_shots = 1;
  std::uint64_t max_shots = 1;
  std::uint64_t max_circuits = 1;                  ///< Per job.
  std::uint64_t memory_bytes = std::uint64_t(-1);  ///< A job may take so much.
};

/// The backends of a hub.
///
/// A description is JSON: `{"engine": …, "result_format": …, "backend": {…}, "config": {…}?, "status": …?}`; `backend`
/// is the API's document. With `"based_on": ID` it is a merge patch (RFC 7396) to the description of that backend.
class Catalogue {
 public:
  /// The backends that come with the program: the files of this folder.
  static Catalogue built_in();

  /// The same with the operator's, from the files *.json of a folder, in order of their names; a folder that is not
  /// there has none. A file that describes a backend of this name again is a merge patch to it;
  /// `{"backend": {"id": ID}, "enabled": false}` takes one away.
  /// Errors, naming the file: those of add(); forbidden if it cannot be read.
  static Result<Catalogue> with_files(std::filesystem::path const& folder);

  /// Adds, changes or removes a backend. Errors: syntax; not_found for an unknown `based_on`; invalid_argument for a
  /// missing or wrong member, an unknown engine, result format or status.
  Result<void> add(std::string_view json);

  /// No job of any backend may take more memory than this.
  void limit_memory(std::uint64_t bytes);

  /// In the order of their ids.
  [[nodiscard]] std::span<BackendDescription const> all() const { return backends_; }
  [[nodiscard]] BackendDescription const* find(std::string_view id) const;

 private:
  std::vector<BackendDescription> backends_;
  std::map<std::string, boost::json::object, std::less<>> descriptions_;  ///< Complete ones, by id.
};

}  // namespace qhub::hub
