// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/box.h"
#include "qhub/api/file.h"
#include "qhub/api/json.h"
#include "qhub/api/union.h"
#include "qhub/base/open_enum.h"
#include "qhub/base/timestamp.h"

/// The types of the Tiny API. A shelf of boxes.
namespace qhub::tiny {

class Colour : public OpenEnum<Colour> {
 public:
  using OpenEnum::OpenEnum;
  static constexpr Known RED{"RED"};
  static constexpr Known light_blue{"light-blue"};
  static constexpr Known _2_tone{"2-tone"};
  static constexpr Known default_{"default"};
  static constexpr std::string_view known[] = {"RED", "light-blue", "2-tone", "default"};
};

/// A box on the shelf.
struct Chest {
  std::string id = {};
  /// Of its outside.
  std::optional<Colour> colour = {};
  std::optional<Timestamp> created_at = {};
  /// Deprecated: only older clients and servers know it.
  std::optional<bool> public_ = {};
  std::optional<Box<Chest>> inner = {};
  std::optional<std::vector<Chest>> siblings = {};
  std::optional<std::map<std::string, double>> weights = {};
  std::optional<Json> notes = {};
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  bool operator==(Chest const&) const = default;
};
using Crate = Chest;

struct Books {
  std::string kind = {};
  std::optional<std::int64_t> pages = {};
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  bool operator==(Books const&) const = default;
};

struct Toys {
  std::string kind = {};
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  bool operator==(Toys const&) const = default;
};

/// What is inside.
class Content : public Union<Books, Toys, Json> {
 public:
  using Union::Union;
};

}  // namespace qhub::tiny
