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
  std::optional<std::vector<std::string>> sort = {};  ///< `sort` on the wire.

  friend bool operator==(FindBoxesRequest const& left, FindBoxesRequest const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, FindBoxesRequest const& value);
};

/// What BoxesClient::create_box takes besides the path.
struct CreateBoxRequest {
  std::string kind = {};  ///< `kind` on the wire.
  Content content = {};  ///< `content` on the wire.
  std::optional<std::string> label = {};  ///< `label` on the wire.
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  friend bool operator==(CreateBoxRequest const& left, CreateBoxRequest const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, CreateBoxRequest const& value);
};

/// What BoxesClient::put_file takes besides the path.
struct PutFileRequest {
  File file = {};  ///< `file` on the wire.

  friend bool operator==(PutFileRequest const& left, PutFileRequest const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, PutFileRequest const& value);
};

}  // namespace qhub::tiny
