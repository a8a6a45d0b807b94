#include "qhub/hub/outbound/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

namespace qhub::hub {
namespace {

namespace ip = boost::asio::ip;

constexpr long most_redirects = 5;

struct Exchange {
  AddressPolicy const& policy;
  std::size_t max_bytes;
  Response response = {};
  std::string refused = {};  ///< The address that the policy does not allow.
  bool too_large = false;
};

ip::address address_of(curl_sockaddr const& target) {
  if (target.family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &target.addr, sizeof v4);
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6;
  std::memcpy(&v6, &target.addr, sizeof v6);
  ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return ip::address_v6(bytes);
}

/// curl asks for a socket for every address that it is about to connect to, DNS and redirects being behind it.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* target) {
  auto& exchange = *static_cast<Exchange*>(data);
  bool const known = target->family == AF_INET || target->family == AF_INET6;
  if (!known || !exchange.policy.allows(address_of(*target))) {
    exchange.refused = known ? address_of(*target).to_string() : "of an unknown kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* data) {
  auto& exchange = *static_cast<Exchange*>(data);
  if (exchange.response.body.size() + count > exchange.max_bytes) {
    exchange.too_large = true;
    return 0;
  }
  exchange.response.body.append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* data) {
  auto& exchange = *static_cast<Exchange*>(data);
  std::string_view line(bytes, count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  std::size_t const colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    exchange.response.headers = {};  // of a redirect
    exchange.response.body.clear();
  } else if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    exchange.response.headers.add(std::string(line.substr(0, colon)), std::string(value));
  }
  return count;
}

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

}  // namespace

Result<Response> fetch(OutboundRequest const& request, AddressPolicy const& policy) {
  std::unique_ptr<CURL, void (*)(CURL*)> const handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle) throw std::bad_alloc();
  Exchange exchange{.policy = policy, .max_bytes = request.max_bytes};
  curl_slist* list = nullptr;
  for (auto const& [name, value] : request.headers)
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> const headers(list, curl_slist_free_all);

  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // a proxy would connect where this process may not
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, most_redirects);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  if (!request.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  CURLcode const code = curl_easy_perform(curl);
  if (!exchange.refused.empty())
    return failure(ErrorKind::invalid_argument,
                   fmt::format("the hub does not connect to the address {} for its users", exchange.refused));
  if (exchange.too_large)
    return failure(ErrorKind::too_large, fmt::format("the answer has more than {} bytes", request.max_bytes));
  if (code == CURLE_OPERATION_TIMEDOUT) return failure(ErrorKind::timeout, "there was no answer in time");
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return failure(ErrorKind::invalid_argument, "the address begins with http:// or https:// and names a host");
  if (code != CURLE_OK)
    return failure(ErrorKind::unavailable, fmt::format("no connection: {}", curl_easy_strerror(code)));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<unsigned>(status);
  return std::move(exchange.response);
}

}  // namespace qhub::hub
