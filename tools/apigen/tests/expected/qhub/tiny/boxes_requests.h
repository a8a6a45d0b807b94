// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include "qhub/tiny/models.h"

namespace qhub::tiny {

/// What BoxesClient::find_boxes takes besides the path.
struct FindBoxesRequest {
  /// Lightest, in grams.
  double min_weight = {};
  /// Number of the page, from 0.
  std::optional<std::int64_t> page = {};
  std::optional<std::vector<std::string>> sort = {};

  bool operator==(FindBoxesRequest const&) const = default;
};

/// What BoxesClient::create_box takes besides the path.
struct CreateBoxRequest {
  std::string kind = {};
  Content content = {};
  std::optional<std::string> label = {};
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  bool operator==(CreateBoxRequest const&) const = default;
};

/// What BoxesClient::put_file takes besides the path.
struct PutFileRequest {
  File file = {};

  bool operator==(PutFileRequest const&) const = default;
};

}  // namespace qhub::tiny
