// A transport of one's own around the SDK's: it counts requests and adds a header. Needs no server.
#include <atomic>
#include <iostream>
#include <qhub/quantum.hpp>

/// Counts what goes through it.
class CountingTransport : public qhub::Transport {
 public:
  explicit CountingTransport(std::shared_ptr<qhub::Transport> inner) : inner_(std::move(inner)) {}

  qhub::HttpResponse send(qhub::HttpRequest const& request, qhub::BodySink* sink) override {
    ++count;
    qhub::HttpRequest traced = request;
    traced.headers.set("X-Trace", std::to_string(count));
    return inner_->send(traced, sink);
  }

  std::atomic<int> count = 0;

 private:
  std::shared_ptr<qhub::Transport> inner_;
};

/// Stands for a network here; qhub::sdk::make_curl_transport() is the real one.
class Echo : public qhub::Transport {
  qhub::HttpResponse send(qhub::HttpRequest const& request, qhub::BodySink*) override {
    return {.status = 200, .headers = {}, .body = R"({"name":")" + std::string(*request.headers.find("x-trace")) + "\"}"};
  }
};

int main() {
  auto const transport = std::make_shared<CountingTransport>(std::make_shared<Echo>());
  qhub::HubQuantumClient const client({.api_key = "token", .base_url = "http://hub.example/quantum", .transport = transport});
  for (int i = 0; i < 3; ++i) std::cout << client.jobs().get_job("any") << '\n';
  std::cout << transport->count << " requests\n";
}
