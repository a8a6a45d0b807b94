// The server that the clients are measured against: fixed answers from memory, one thread.
//   bench_sdk_server        prints the port it listens on
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <iostream>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string answer(std::string_view type, std::string const& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// A page of 50 jobs as a hub lists them.
std::string page() {
  std::string jobs;
  for (int i = 0; i < 50; ++i) {
    std::string const n = std::to_string(1000 + i);
    if (i > 0) jobs += ',';
    jobs += R"({"id":"5f3a7c10-0000-4000-8000-00000000)" + n + R"(","name":"job number )" + n +
             R"(","backend_id":"aws.sim.sv1","provider":"AWS","provider_job_id":"arn:aws:braket:eu-west-2:123456789012:quantum-task/)" +
             n + R"(","input_params":{"disable_qubit_rewiring":false},"input_format":"BRAKET_OPEN_QASM_V3",)" +
             R"("tags":["bench","run-)" + n + R"("],"status":"COMPLETED","created_at":"2026-01-02 03:04:05",)" +
             R"("started_at":"2026-01-02 03:04:06","ended_at":"2026-01-02 03:04:07","usage_time_millis":1234,)" +
             R"("shots":1000,"sdk_provider":"CLIENT","usage_time_state":"MEASURED"})";
  }
  return R"({"content":[)" + jobs + R"(],"page":0,"size":50,"total_elements":50,"total_pages":1})";
}

std::string const status_answer = answer("application/json", R"({"status":"RUNNING"})");
std::string const page_answer = answer("application/json", page());
std::string const stream_answer = answer("application/octet-stream", std::string(100'000'000, 'x'));

asio::awaitable<void> serve(tcp::socket socket) {
  socket.set_option(tcp::no_delay(true));
  std::string buffer;
  for (;;) {
    std::size_t const head =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
    std::string_view const request(buffer.data(), head);
    std::string const& bytes = request.find("/result-stream") != std::string_view::npos ? stream_answer
                               : request.find("/status") != std::string_view::npos      ? status_answer
                                                                                        : page_answer;
    buffer.erase(0, head);
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor) {
  for (;;)
    asio::co_spawn(acceptor.get_executor(), serve(co_await acceptor.async_accept(asio::use_awaitable)), asio::detached);
}

}  // namespace

int main() {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  std::cout << acceptor.local_endpoint().port() << std::endl;
  asio::co_spawn(context, accept(acceptor), asio::detached);
  context.run();
}
