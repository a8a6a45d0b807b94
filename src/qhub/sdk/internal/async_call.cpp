#include "qhub/sdk/internal/async_call.h"

#include "qhub/sdk/internal/file_download.h"
#include "qhub/sdk/internal/function_sink.h"

namespace qhub::sdk {

awaitable<HttpResponse> async_stream(std::shared_ptr<AsyncConnection const> connection, api::Operation const& operation,
                                     api::WireRequest request, ByteSink sink, RequestOptions options) {
  FunctionSink receiver(std::move(sink));
  co_return co_await AsyncConnection::exchange(std::move(connection), operation, std::move(request), std::move(options),
                                               &receiver);
}

awaitable<HttpResponse> async_stream(std::shared_ptr<AsyncConnection const> connection, api::Operation const& operation,
                                     api::WireRequest request, ToFile file, RequestOptions options) {
  FileDownload download(std::move(file), std::move(options));
  for (;;) {
    try {
      HttpResponse response =
          co_await AsyncConnection::exchange(connection, operation, request, download.next_options(), &download);
      download.finish();
      co_return response;
    } catch (HubError const& failure) {
      download.after_failure(failure);
    }
  }
}

awaitable<HttpResponse> async_fetch(std::shared_ptr<AsyncConnection const> connection, std::string method,
                                    std::string path, std::optional<std::string> body, RequestOptions options) {
  api::Operation const operation{.id = "fetch", .method = method, .path = path, .summary = {}};
  api::WireRequest request = fetch_request(path, std::move(body));
  co_return co_await AsyncConnection::exchange(std::move(connection), operation, std::move(request),
                                               std::move(options));
}

}  // namespace qhub::sdk
