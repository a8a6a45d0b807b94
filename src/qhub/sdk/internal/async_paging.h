#pragma once

#include <boost/asio/awaitable.hpp>

#include "qhub/sdk/internal/paging.h"

namespace qhub::sdk {

template <class T, class ApiPage>
boost::asio::awaitable<Page<T>> to_page_when_there(boost::asio::awaitable<ApiPage> page, std::int64_t number) {
  co_return to_page<T>(co_await std::move(page), number);
}

}  // namespace qhub::sdk
