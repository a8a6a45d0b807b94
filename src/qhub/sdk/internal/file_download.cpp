#include "qhub/sdk/internal/file_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace qhub::sdk {
namespace {

constexpr int most_restarts = 3;  // from the first byte

/// The strong validator of RFC 9110, section 13.1.5, that If-Range may name.
std::string validator_of(Headers const& headers) {
  if (headers.find("content-encoding")) return "";  // bytes on the wire are not those in the file
  auto const tag = headers.find("etag");
  if (tag && !tag->starts_with("W/")) return std::string(*tag);
  return std::string(headers.find("last-modified").value_or(""));
}

/// Where the bytes of a 206 begin: "bytes 500-999/1000".
std::uint64_t range_start(Headers const& headers) {
  std::string_view text = headers.find("content-range").value_or("");
  std::uint64_t start = UINT64_MAX;
  if (!text.starts_with("bytes ")) return start;
  text.remove_prefix(6);
  std::from_chars(text.data(), text.data() + text.size(), start);
  return start;
}

}  // namespace

FileDownload::FileDownload(ToFile file, RequestOptions options)
    : file_(std::move(file)),
      options_(std::move(options)),
      part_(file_.path + ".part"),
      version_(file_.path + ".part.version") {
  std::error_code status;
  auto const size = std::filesystem::file_size(part_, status);
  std::ifstream version(version_);
  if (file_.resume && !status && std::getline(version, validator_))
    size_ = size;
  else
    forget();
}

void FileDownload::forget() {
  size_ = 0;
  validator_.clear();
  std::error_code ignored;
  std::filesystem::remove(version_, ignored);
}

RequestOptions FileDownload::next_options() {
  out_.reset();
  moved_ = false;
  RequestOptions options = options_;
  if (options_.deadline) {
    auto const spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
    options.deadline = std::max(*options_.deadline - spent, std::chrono::milliseconds(1));
  }
  options.headers.set("Accept-Encoding", "identity");
  if (size_ > 0 && !validator_.empty()) {
    options.headers.set("Range", fmt::format("bytes={}-", size_));
    options.headers.set("If-Range", validator_);
  }
  return options;
}

void FileDownload::begin(int status, Headers const& headers) {
  bool const goes_on = status == 206 && size_ > 0 && range_start(headers) == size_;
  if (!goes_on) {
    if (status == 206) throw std::runtime_error(fmt::format("{}: the server sent another range than asked for", part_));
    size_ = 0;
    validator_ = validator_of(headers);
    std::ofstream(version_) << validator_ << '\n';
  }
  out_.reset(std::fopen(part_.c_str(), goes_on ? "ab" : "wb"));
  if (!out_) fail("cannot write", part_);
}

void FileDownload::write(std::string_view piece) {
  if (std::fwrite(piece.data(), 1, piece.size(), out_.get()) != piece.size()) fail("cannot write", part_);
  size_ += piece.size();
  moved_ = true;
}

void FileDownload::after_failure(HubError const& failure) {
  if (out_) std::fflush(out_.get());
  if (auto const* answer = dynamic_cast<ApiError const*>(&failure)) {
    // 416: the part that is there is no beginning of the content any more.
    if (answer->status_code() != 416 || restarts_++ == most_restarts) throw;
    return forget();
  }
  bool const broke_off = dynamic_cast<ConnectionError const*>(&failure) || dynamic_cast<TimeoutError const*>(&failure);
  if (!broke_off || !moved_) throw;
  if (validator_.empty() && restarts_++ == most_restarts) throw;
}

void FileDownload::finish() {
  if (!out_) {  // an empty body
    out_.reset(std::fopen(part_.c_str(), "wb"));
    if (!out_) fail("cannot write", part_);
  }
  if (std::fclose(out_.release()) != 0) fail("cannot write", part_);
  if (std::rename(part_.c_str(), file_.path.c_str()) != 0) fail("cannot write", file_.path);
  forget();
}

void FileDownload::fail(char const* what, std::string const& path) const {
  throw std::system_error(errno, std::generic_category(), fmt::format("{} {}", what, path));
}

}  // namespace qhub::sdk
