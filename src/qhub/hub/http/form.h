#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/file.h"
#include "qhub/base/result.h"

namespace qhub::hub {

/// A file of ours that vanishes with its last owner, unless it was moved elsewhere before.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~TemporaryFile();
  TemporaryFile(TemporaryFile const&) = delete;
  TemporaryFile& operator=(TemporaryFile const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A part of a multipart/form-data body.
struct FormPart {
  std::string name;
  File file;                                 ///< Its bytes, in memory or, if they are many, in the file `file.path`.
  std::shared_ptr<TemporaryFile> temporary;  ///< Holds the file `file.path`.
};

/// Reads a multipart/form-data body (RFC 7578) as it arrives, in constant memory. Every error is invalid_argument and
/// says what is wrong with the body, but for resource_exhausted if a file cannot be written.
class FormReader {
 public:
  /// \param content_type  of the request, with the boundary.
  /// \param directory     takes parts of more than max_part_in_memory bytes; made if missing.
  static Result<FormReader> create(std::string_view content_type, std::filesystem::path directory);

  FormReader(FormReader&&) noexcept;
  FormReader& operator=(FormReader&&) noexcept;
  ~FormReader();

  /// Takes the next bytes of the body.
  Result<void> feed(std::string_view bytes);

  /// The parts, once all has been fed.
  Result<std::vector<FormPart>> finish();

  static constexpr std::size_t max_part_in_memory = std::size_t{1} << 20;

 private:
  struct State;
  explicit FormReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace qhub::hub
