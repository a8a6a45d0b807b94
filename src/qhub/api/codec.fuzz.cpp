#include "qhub/api/codec.h"

#include <cstdlib>

#include "qhub/api/request_codec.h"
#include "qhub/quantum/jobs_requests.h"
#include "qhub/quantum/models_codec.h"

/// Whatever is decoded must decode to the same again after it was written.
template <class T>
static void check_round_trip(std::string_view text) {
  auto const first = qhub::api::decode_text<T>(text);
  if (!first) return;
  auto const second = qhub::api::decode_text<T>(qhub::api::encode(*first));
  if (!second || !(*second == *first)) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  check_round_trip<qhub::quantum::CreateJobRequest>(text);
  check_round_trip<qhub::quantum::PageResponseJob>(text);
  auto const query = qhub::api::decode_query(text);
  if (qhub::api::decode_query(qhub::api::encode_query(query)) != query) std::abort();
  return 0;
}
