#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "qhub/sdk/client_options.h"
#include "qhub/sdk/errors.h"

namespace qhub::sdk {

/// A download to a file across its attempts: what to ask for next, where to write, when to give up. See ToFile.
class FileDownload : public BodySink {
 public:
  FileDownload(ToFile file, RequestOptions options);

  /// Of the next attempt: with the range that is still missing.
  RequestOptions next_options();
  /// After an attempt that failed: returns if another one is worth it, else throws the current exception again.
  void after_failure(HubError const& failure);
  /// After the attempt that succeeded: gives the file its name.
  void finish();

  void begin(int status, Headers const& headers) override;
  void write(std::string_view piece) override;

 private:
  void forget();
  [[noreturn]] void fail(char const* what, std::string const& path) const;

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  ToFile const file_;
  RequestOptions const options_;
  std::string const part_;     ///< Where the bytes are until all have come.
  std::string const version_;  ///< File that keeps `validator_` for a later process.
  std::string validator_;      ///< ETag or date of the content that `part_` is a piece of; empty: cannot go on.
  std::uint64_t size_ = 0;     ///< Of what is in `part_`.
  bool moved_ = false;         ///< This attempt has brought something.
  int restarts_ = 0;
  std::chrono::steady_clock::time_point const started_ = std::chrono::steady_clock::now();
  std::unique_ptr<std::FILE, Close> out_;
};

}  // namespace qhub::sdk
