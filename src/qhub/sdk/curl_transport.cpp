#include "qhub/sdk/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <exception>
#include <mutex>
#include <vector>

#include "qhub/sdk/errors.h"

namespace qhub::sdk {
namespace {

using Clock = std::chrono::steady_clock;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct MimeDeleter {
  void operator()(curl_mime* form) const { curl_mime_free(form); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;
using Form = std::unique_ptr<curl_mime, MimeDeleter>;

void append(List& list, std::string const& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

/// One libcurl transfer at a time, with the connections it keeps open.
class Channel {
 public:
  Channel() : easy_(curl_easy_init()), multi_(curl_multi_init()) {
    if (!easy_ || !multi_) throw std::bad_alloc();
  }
  ~Channel() {
    curl_multi_cleanup(multi_);
    curl_easy_cleanup(easy_);
  }
  Channel(Channel const&) = delete;
  Channel& operator=(Channel const&) = delete;

  HttpResponse send(HttpRequest const& request, ByteSink const* sink) {
    curl_easy_reset(easy_);  // keeps the connections
    response_ = {};
    sink_ = sink;
    sink_failure_ = nullptr;
    last_progress_ = Clock::now();
    moved_ = -1;

    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeout.count()));
    set(CURLOPT_WRITEFUNCTION, &Channel::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Channel::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_XFERINFOFUNCTION, &Channel::on_progress);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_NOPROGRESS, 0L);

    Form form;
    if (request.file) {
      form = multipart(*request.file);
      set(CURLOPT_MIMEPOST, form.get());
    } else if (request.body || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
      // Without a body these say so: some servers insist on a Content-Length.
      std::string_view const body = request.body ? std::string_view(*request.body) : std::string_view();
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      set(CURLOPT_POSTFIELDS, body.data() ? body.data() : "");
    }
    if (request.method == "HEAD")
      set(CURLOPT_NOBODY, 1L);
    else
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());

    List headers;
    for (auto const& [name, value] : request.headers)
      append(headers, value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
    append(headers, "Expect:");  // no 100-continue: it costs a round trip
    if (!request.headers.find("content-type") && !request.file) append(headers, "Content-Type:");
    set(CURLOPT_HTTPHEADER, headers.get());

    CURLcode const code = perform(request);
    if (sink_failure_) std::rethrow_exception(sink_failure_);
    check(code, request);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return std::move(response_);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl_easy_setopt(easy_, option, value) != CURLE_OK)
      throw std::logic_error(fmt::format("libcurl does not know option {}", static_cast<int>(option)));
  }

  Form multipart(File const& file) {
    Form form(curl_mime_init(easy_));
    curl_mimepart* const part = curl_mime_addpart(form.get());
    curl_mime_name(part, "file");
    if (file.path.empty())
      curl_mime_data(part, file.content.data(), file.content.size());
    else
      curl_mime_filedata(part, file.path.c_str());  // Read in pieces while it is sent.
    curl_mime_filename(part, file.filename.c_str());
    curl_mime_type(part, file.content_type.empty() ? guess_type(file.filename) : file.content_type.c_str());
    return form;
  }

  static char const* guess_type(std::string_view filename) {
    static constexpr std::pair<std::string_view, char const*> types[] = {
        {".txt", "text/plain"}, {".json", "application/json"}, {".zip", "application/zip"}, {".png", "image/png"},
        {".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"},       {".svg", "image/svg+xml"},   {".csv", "text/csv"},
        {".html", "text/html"}, {".pdf", "application/pdf"},   {".xml", "text/xml"},        {".gif", "image/gif"}};
    for (auto const& [extension, type] : types)
      if (filename.ends_with(extension)) return type;
    return "application/octet-stream";
  }

  /// Runs the transfer, with the timeout between bytes that the easy interface lacks.
  CURLcode perform(HttpRequest const& request) {
    struct Added {
      CURLM* multi;
      CURL* easy;
      ~Added() { curl_multi_remove_handle(multi, easy); }
    } const added{multi_, easy_};
    curl_multi_add_handle(multi_, easy_);
    for (;;) {
      int running = 0;
      if (curl_multi_perform(multi_, &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
      int queued = 0;
      while (CURLMsg const* message = curl_multi_info_read(multi_, &queued))
        if (message->msg == CURLMSG_DONE) return message->data.result;
      auto const waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_progress_);
      if (waited >= request.timeout) return CURLE_OPERATION_TIMEDOUT;
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>((request.timeout - waited).count()), nullptr);
    }
  }

  void check(CURLcode code, HttpRequest const& request) const {
    auto const message = [&] {
      return fmt::format("{} {}: {}", request.method, request.url.substr(0, request.url.find('?')),
                         curl_easy_strerror(code));
    };
    switch (code) {
      case CURLE_OK:
        return;
      case CURLE_OPERATION_TIMEDOUT:
        throw TimeoutError(fmt::format("{} {}: no byte moved for {} ms", request.method,
                                       request.url.substr(0, request.url.find('?')), request.timeout.count()));
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_ISSUER_ERROR:
        throw TlsError(message());
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
        throw std::invalid_argument(
            fmt::format("'{}' is not a URL to call: {}", request.url, curl_easy_strerror(code)));
      default:
        throw ConnectionError(message());
    }
  }

  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Channel*>(self)->body({data, size});
  }
  std::size_t body(std::string_view piece) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (!sink_ || status < 200 || status >= 300) {
      response_.body += piece;
      return piece.size();
    }
    try {
      (*sink_)(piece);
      return piece.size();
    } catch (...) {  // must not cross libcurl's C frames
      sink_failure_ = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<Channel*>(self)->header({data, size});
    return size;
  }
  void header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // a new head, after 1xx for instance
      response_.headers = {};
      return;
    }
    std::size_t const colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
    response_.headers.add(std::string(line.substr(0, colon)), std::string(value));
  }

  static int on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
    auto& channel = *static_cast<Channel*>(self);
    if (received + sent != channel.moved_) {
      channel.moved_ = received + sent;
      channel.last_progress_ = Clock::now();
    }
    return 0;
  }

  CURL* easy_;
  CURLM* multi_;
  HttpResponse response_;
  ByteSink const* sink_ = nullptr;
  std::exception_ptr sink_failure_;
  Clock::time_point last_progress_;
  curl_off_t moved_ = -1;
};

class CurlTransport : public Transport {
 public:
  CurlTransport() {
    static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
  }

  HttpResponse send(HttpRequest const& request, ByteSink const* sink) override {
    struct Lease {  // gives the channel back, however the transfer ends
      CurlTransport& transport;
      std::unique_ptr<Channel> channel;
      ~Lease() { transport.put_back(std::move(channel)); }
    } const lease{*this, take()};
    return lease.channel->send(request, sink);
  }

 private:
  std::unique_ptr<Channel> take() {
    {
      std::scoped_lock const lock(mutex_);
      if (!idle_.empty()) {  // the one used last has the freshest connection
        std::unique_ptr<Channel> channel = std::move(idle_.back());
        idle_.pop_back();
        return channel;
      }
    }
    return std::make_unique<Channel>();
  }
  void put_back(std::unique_ptr<Channel> channel) {
    std::scoped_lock const lock(mutex_);
    idle_.push_back(std::move(channel));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Channel>> idle_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport() {
  return std::make_shared<CurlTransport>();
}

}  // namespace qhub::sdk
