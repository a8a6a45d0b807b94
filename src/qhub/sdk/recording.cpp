#include "qhub/sdk/recording.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/json.hpp>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

#include "qhub/api/codec.h"
#include "qhub/sdk/curl_transport.h"
#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/redaction.h"

namespace qhub {
namespace {

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<unsigned char const*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes(3 * (text.size() / 4), '\0');
  int const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<unsigned char const*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("a body_base64 of the recording is not base64");
  std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

/// Text stays readable; bytes that are none go in base64.
void put_body(JsonObject& object, std::string const& body) {
  if (api::parse(api::to_text(Json(body))))
    object["body"] = body;
  else
    object["body_base64"] = to_base64(body);
}

std::string get_body(JsonObject const& object) {
  if (auto const* text = object.if_contains("body")) return std::string(text->as_string());
  if (auto const* text = object.if_contains("body_base64")) return from_base64(text->as_string());
  return "";
}

boost::json::array to_json(Headers const& headers) {
  boost::json::array list;
  for (auto const& [name, value] : headers)
    list.push_back({name, sdk::is_secret_header(name) ? Json(sdk::redacted) : Json(value)});
  return list;
}

/// Path and query.
std::string_view target_of(std::string_view url) {
  std::size_t const scheme = url.find("://");
  std::size_t const path = scheme == std::string_view::npos ? 0 : url.find('/', scheme + 3);
  return path == std::string_view::npos ? "" : url.substr(path);
}

/// What has to be the same for an answer to fit.
JsonObject key_of(HttpRequest const& request) {
  JsonObject key{{"method", request.method}, {"target", target_of(request.url)}};
  if (request.body) put_body(key, *request.body);
  if (request.file) key["file"] = {{"filename", request.file->filename}, {"bytes", request.file->content.size()}};
  return key;
}

class RecordingTransport : public Transport {
 public:
  RecordingTransport(std::string const& path, std::shared_ptr<Transport> inner)
      : inner_(std::move(inner)), file_(path, std::ios::binary) {
    if (!file_) throw std::runtime_error(fmt::format("cannot write {}", path));
  }

  HttpResponse send(HttpRequest const& request, BodySink* sink) override {
    Tee tee(sink);
    try {
      HttpResponse response = inner_->send(request, sink ? &tee : nullptr);
      JsonObject answer{{"status", response.status}, {"headers", to_json(response.headers)}};
      put_body(answer, tee.copy.empty() ? response.body : tee.copy);
      write(request, "response", std::move(answer));
      return response;
    } catch (ConnectionError const& failure) {
      write(request, "failure", failure.what());
      throw;
    }
  }

 private:
  struct Tee : BodySink {
    explicit Tee(BodySink* to) : sink(to) {}
    void begin(int status, Headers const& headers) override { sink->begin(status, headers); }
    void write(std::string_view piece) override {
      copy += piece;
      sink->write(piece);
    }
    BodySink* sink;
    std::string copy;
  };

  void write(HttpRequest const& request, std::string_view outcome, Json value) {
    JsonObject asked = key_of(request);
    asked["headers"] = to_json(request.headers);
    std::scoped_lock const lock(mutex_);
    file_ << api::to_text(JsonObject{{"request", std::move(asked)}, {outcome, std::move(value)}}) << std::endl;
    if (!file_) throw std::runtime_error("cannot write the recording");
  }

  std::shared_ptr<Transport> inner_;
  std::mutex mutex_;
  std::ofstream file_;
};

class ReplayingTransport : public Transport {
 public:
  explicit ReplayingTransport(std::string const& path) : path_(path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(fmt::format("cannot read {}", path));
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);) {
      ++number;
      Result<Json> const json = api::parse(line);
      auto const* object = json ? json->if_object() : nullptr;
      auto const* request = object ? object->if_contains("request") : nullptr;
      if (!request || !request->is_object() || !(object->contains("response") || object->contains("failure")))
        throw std::runtime_error(fmt::format("{}:{}: not an exchange with request and response", path, number));
      exchanges_.push_back({*object, false});
      exchanges_.back().line.at("request").as_object().erase("headers");
    }
  }

  HttpResponse send(HttpRequest const& request, BodySink* sink) override {
    JsonObject const line = take(key_of(request));
    if (auto const* failure = line.if_contains("failure")) throw ConnectionError(std::string(failure->as_string()));
    JsonObject const& answer = line.at("response").as_object();
    HttpResponse response{.status = static_cast<int>(answer.at("status").as_int64()), .headers = {}, .body = {}};
    for (auto const& field : answer.at("headers").as_array())
      response.headers.add(std::string(field.at(0).as_string()), std::string(field.at(1).as_string()));
    response.body = get_body(answer);
    if (sink && response.status >= 200 && response.status < 300) {
      sink->begin(response.status, response.headers);
      sink->write(std::exchange(response.body, {}));
    }
    return response;
  }

 private:
  struct Exchange {
    JsonObject line;
    bool used;
  };

  JsonObject take(JsonObject const& key) {
    std::scoped_lock const lock(mutex_);
    for (Exchange& exchange : exchanges_) {
      if (exchange.used || exchange.line.at("request").as_object() != key) continue;
      exchange.used = true;
      return exchange.line;
    }
    throw HubError(fmt::format("{} has no answer left for {}", path_, api::to_text(key)));
  }

  std::string path_;
  std::mutex mutex_;
  std::vector<Exchange> exchanges_;
};

}  // namespace

std::shared_ptr<Transport> make_recording_transport(std::string const& path, std::shared_ptr<Transport> inner) {
  return std::make_shared<RecordingTransport>(path, inner ? std::move(inner) : sdk::make_curl_transport());
}

std::shared_ptr<Transport> make_replaying_transport(std::string const& path) {
  return std::make_shared<ReplayingTransport>(path);
}

}  // namespace qhub
