#include "qhub/sdk/internal/curl_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <stdexcept>
#include <utility>

#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/redaction.h"

namespace qhub::sdk {
namespace {

using std::chrono::milliseconds;

constexpr long large_buffer = 256L << 10;  // bytes, for streams: a sixteenth of the calls that libcurl's default makes
constexpr std::size_t most_reserved = 1U << 20;  // bytes of a body, whatever its length is said to be
constexpr long small_buffer = 16L << 10;   // for the others: libcurl makes one for each transfer

char const* guess_type(std::string_view filename) {
  static constexpr std::pair<std::string_view, char const*> types[] = {
      {".txt", "text/plain"}, {".json", "application/json"}, {".zip", "application/zip"}, {".png", "image/png"},
      {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},       {".svg", "image/svg+xml"},   {".csv", "text/csv"},
      {".html", "text/html"}, {".pdf", "application/pdf"},   {".xml", "text/xml"},        {".gif", "image/gif"}};
  for (auto const& [extension, type] : types)
    if (filename.ends_with(extension)) return type;
  return "application/octet-stream";
}

}  // namespace

void start_curl() {
  static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

CurlTransfer::CurlTransfer() : easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<CurlTransfer*>(self)->body({data, size});
  });
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
    static_cast<CurlTransfer*>(self)->header({data, size});
    return size;
  });
  set(CURLOPT_HEADERDATA, this);
}

CurlTransfer::~CurlTransfer() {
  curl_easy_cleanup(easy_);
}

template <class Value>
void CurlTransfer::set(CURLoption option, Value value) {
  if (curl_easy_setopt(easy_, option, value) != CURLE_OK)
    throw std::logic_error(fmt::format("libcurl does not know option {}", static_cast<int>(option)));
}

std::unique_ptr<curl_mime, CurlTransfer::FormDeleter> CurlTransfer::multipart(File const& file) {
  std::unique_ptr<curl_mime, FormDeleter> form(curl_mime_init(easy_));
  curl_mimepart* const part = curl_mime_addpart(form.get());
  curl_mime_name(part, "file");
  if (file.path.empty())
    curl_mime_data(part, file.content.data(), file.content.size());
  else if (curl_mime_filedata(part, file.path.c_str()) != CURLE_OK)  // read in pieces while it is sent
    throw std::invalid_argument(fmt::format("cannot read {}", file.path));
  curl_mime_filename(part, file.filename.c_str());
  curl_mime_type(part, file.content_type.empty() ? guess_type(file.filename) : file.content_type.c_str());
  return form;
}

void CurlTransfer::prepare(HttpRequest const& request, bool streaming, bool copy_body) {
  response_ = {};
  timeout_ = request.timeout;
  has_deadline_ = request.deadline.has_value();
  streaming_ = streaming;
  body_began_ = false;
  too_large_ = false;
  head_complete_ = false;
  touch();

  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout_.count()));
  long left = 0;  // no limit
  if (request.deadline)
    left = std::max(1L, static_cast<long>(std::chrono::ceil<milliseconds>(*request.deadline - last_progress_).count()));
  set(CURLOPT_TIMEOUT_MS, left);
  // Refused, without harm, while libcurl still holds the buffer of an attempt that failed.
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, streaming ? large_buffer : small_buffer);

  if (std::exchange(form_, nullptr)) set(CURLOPT_MIMEPOST, nullptr);
  set(CURLOPT_HTTPGET, 1L);  // undoes what the handle sent before
  if (request.file) {
    form_ = multipart(*request.file);
    set(CURLOPT_MIMEPOST, form_.get());
  } else if (request.body || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    // Without a body these say so: some servers insist on a Content-Length.
    std::string_view const body = request.body ? std::string_view(*request.body) : std::string_view();
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(copy_body ? CURLOPT_COPYPOSTFIELDS : CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
  }
  bool const is_head = request.method == "HEAD";
  if (is_head) set(CURLOPT_NOBODY, 1L);
  set(CURLOPT_CUSTOMREQUEST, is_head ? nullptr : request.method.c_str());

  bool const has_body = request.body || request.file;
  if (!header_lines_ || sent_body_ != has_body || sent_ != request.headers) set_headers(request);
}

void CurlTransfer::set_headers(HttpRequest const& request) {
  bool const has_body = request.body || request.file;
  bool has_type = request.file.has_value(), has_encoding = false;
  header_lines_.reset();
  auto const append = [&](std::string const& line) {
    curl_slist* const longer = curl_slist_append(header_lines_.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(header_lines_.release());
    header_lines_.reset(longer);
  };
  std::string line;
  for (auto const& [name, value] : request.headers) {
    line.assign(name);
    line += value.empty() ? ";" : ": ";
    append(line += value);
    has_type = has_type || curl_strequal(name.c_str(), "content-type");
    has_encoding = has_encoding || curl_strequal(name.c_str(), "accept-encoding");
  }
  if (has_body) append("Expect:");  // no 100-continue: it costs a round trip
  if (!has_type) append("Content-Type:");
  set(CURLOPT_ACCEPT_ENCODING, has_encoding ? nullptr : "gzip, deflate");
  set(CURLOPT_HTTPHEADER, header_lines_.get());
  sent_ = request.headers;
  sent_body_ = has_body;
}

std::string CurlTransfer::call() const {
  char const *method = nullptr, *url = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_METHOD, &method);
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
  return fmt::format("{} {}", method ? method : "", without_secrets(url ? url : ""));
}

milliseconds CurlTransfer::patience() const {
  return timeout_ - std::chrono::duration_cast<milliseconds>(Clock::now() - last_progress_);
}

HttpResponse CurlTransfer::finish(CURLcode result) {
  if (result == CURLE_OK && head_complete_) return std::move(response_);
  std::string const call = this->call();
  if (too_large_)
    throw HubError(fmt::format("{}: the answer is longer than {} MiB, too long to be kept in memory", call,
                               longest_body_bytes >> 20));
  auto const message = [&] { return fmt::format("{}: {}", call, curl_easy_strerror(result)); };
  switch (result) {
    case CURLE_OK:
      throw ConnectionError(fmt::format("{}: the answer ends within its header", call));
    case CURLE_OPERATION_TIMEDOUT:
      if (has_deadline_ && patience().count() > 0)
        throw TimeoutError(fmt::format("{}: the deadline passed", call));
      throw TimeoutError(fmt::format("{}: no byte moved for {} ms", call, timeout_.count()));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      throw TlsError(message());
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (call.find(" http://") != std::string::npos || call.find(" https://") != std::string::npos)
        throw ConnectionError(fmt::format("{}: the answer is no HTTP", call));
      [[fallthrough]];
    case CURLE_URL_MALFORMAT:
      throw std::invalid_argument(fmt::format("'{}' is not a URL to call: {}", call, curl_easy_strerror(result)));
    default:
      throw ConnectionError(message());
  }
}

std::size_t CurlTransfer::body(std::string_view piece) {
  body_began_ = true;
  if (streaming_ && response_.status >= 200 && response_.status < 300) {
    std::size_t const taken = take(piece);
    touch();  // the time it took to take them is not the server's
    return taken;
  }
  // A few kB of gzip may unfold to any size; what is longer than this is for streaming.
  too_large_ = response_.body.size() + piece.size() > longest_body_bytes;
  if (too_large_) return 0;
  response_.body += piece;
  return piece.size();
}

void CurlTransfer::header(std::string_view line) {
  touch();
  if (body_began_) return;  // a trailer
  if (line.starts_with("HTTP/")) {  // a new head, after 1xx for instance
    response_.headers = {};
    head_complete_ = false;
    std::string_view const status = line.substr(std::min(line.find(' ') + 1, line.size()));
    std::from_chars(status.data(), status.data() + status.size(), response_.status);
    return;
  }
  if (line == "\r\n" || line == "\n") head_complete_ = true;
  std::size_t const colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  std::string_view const name = line.substr(0, colon);
  response_.headers.add(std::string(name), std::string(value));
  if (std::size_t size = 0; !streaming_ && name.size() == 14 && curl_strnequal(name.data(), "content-length", 14) &&
                            std::from_chars(value.data(), value.data() + value.size(), size).ec == std::errc{})
    response_.body.reserve(std::min(size, most_reserved));
}

}  // namespace qhub::sdk
