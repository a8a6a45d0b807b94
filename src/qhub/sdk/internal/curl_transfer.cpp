#include "qhub/sdk/internal/curl_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <stdexcept>

#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/redaction.h"

namespace qhub::sdk {
namespace {

using std::chrono::milliseconds;

constexpr long large_buffer = 256L << 10;  // bytes, for streams: a sixteenth of the calls that libcurl's default makes

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
  curl_easy_reset(easy_);  // keeps the connections
  form_.reset();
  headers_.reset();
  response_ = {};
  call_ = fmt::format("{} {}", request.method, without_secrets(request.url));
  timeout_ = request.timeout;
  has_deadline_ = request.deadline.has_value();
  streaming_ = streaming;
  body_began_ = false;
  too_large_ = false;
  head_complete_ = false;
  touch();

  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout_.count()));
  if (request.deadline) {
    auto const left = std::chrono::duration_cast<milliseconds>(*request.deadline - last_progress_);
    set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(left.count())));
  }
  set(CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<CurlTransfer*>(self)->body({data, size});
  });
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
    static_cast<CurlTransfer*>(self)->header({data, size});
    return size;
  });
  set(CURLOPT_HEADERDATA, this);
  if (streaming) set(CURLOPT_BUFFERSIZE, large_buffer);

  if (request.file) {
    form_ = multipart(*request.file);
    set(CURLOPT_MIMEPOST, form_.get());
  } else if (request.body || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    // Without a body these say so: some servers insist on a Content-Length.
    std::string_view const body = request.body ? std::string_view(*request.body) : std::string_view();
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(copy_body ? CURLOPT_COPYPOSTFIELDS : CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
  }
  if (request.method == "HEAD")
    set(CURLOPT_NOBODY, 1L);
  else
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());

  bool has_type = request.file.has_value(), has_encoding = false;
  auto const append = [&](std::string const& line) {
    curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  };
  std::string line;
  for (auto const& [name, value] : request.headers) {
    line.assign(name);
    line += value.empty() ? ";" : ": ";
    append(line += value);
    has_type = has_type || curl_strequal(name.c_str(), "content-type");
    has_encoding = has_encoding || curl_strequal(name.c_str(), "accept-encoding");
  }
  if (request.body || request.file) append("Expect:");  // no 100-continue: it costs a round trip
  if (!has_type) append("Content-Type:");
  if (!has_encoding) set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(CURLOPT_HTTPHEADER, headers_.get());
}

milliseconds CurlTransfer::patience() const {
  return timeout_ - std::chrono::duration_cast<milliseconds>(Clock::now() - last_progress_);
}

HttpResponse CurlTransfer::finish(CURLcode result) {
  if (too_large_)
    throw HubError(fmt::format("{}: the answer is longer than {} MiB, too long to be kept in memory", call_,
                               longest_body_bytes >> 20));
  auto const message = [&] { return fmt::format("{}: {}", call_, curl_easy_strerror(result)); };
  switch (result) {
    case CURLE_OK:
      if (!head_complete_) throw ConnectionError(fmt::format("{}: the answer ends within its header", call_));
      return std::move(response_);
    case CURLE_OPERATION_TIMEDOUT:
      if (has_deadline_ && patience().count() > 0)
        throw TimeoutError(fmt::format("{}: the deadline passed", call_));
      throw TimeoutError(fmt::format("{}: no byte moved for {} ms", call_, timeout_.count()));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      throw TlsError(message());
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (call_.find(" http://") != std::string::npos || call_.find(" https://") != std::string::npos)
        throw ConnectionError(fmt::format("{}: the answer is no HTTP", call_));
      [[fallthrough]];
    case CURLE_URL_MALFORMAT:
      throw std::invalid_argument(fmt::format("'{}' is not a URL to call: {}", call_, curl_easy_strerror(result)));
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
  response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
}

}  // namespace qhub::sdk
