// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <cstdint>
#include <iosfwd>
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
  static constexpr Known RED{"RED"};  ///< `RED` on the wire.
  static constexpr Known light_blue{"light-blue"};  ///< `light-blue` on the wire.
  static constexpr Known _2_tone{"2-tone"};  ///< `2-tone` on the wire.
  static constexpr Known default_{"default"};  ///< `default` on the wire.
  static constexpr std::string_view known[] = {"RED", "light-blue", "2-tone", "default"};  ///< All that this build knows.
};

/// A box on the shelf.
struct Chest {
  std::string id = {};  ///< `id` on the wire.
  /// Of its outside.
  std::optional<Colour> colour = {};
  std::optional<Timestamp> created_at = {};  ///< `createdAt` on the wire.
  /// Deprecated: only older clients and servers know it.
  std::optional<bool> public_ = {};
  std::optional<Box<Chest>> inner = {};  ///< `inner` on the wire.
  std::optional<std::vector<Chest>> siblings = {};  ///< `siblings` on the wire.
  std::optional<std::string> combination = {};  ///< `combination` on the wire.
  std::optional<std::map<std::string, double>> weights = {};  ///< `weights` on the wire.
  std::optional<Json> notes = {};  ///< `notes` on the wire.
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  friend bool operator==(Chest const& left, Chest const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, Chest const& value);
};
using Crate = Chest;  ///< Its name in the official SDK.

struct PageOfChests {
  std::optional<std::vector<Chest>> content = {};  ///< `content` on the wire.
  std::optional<std::int64_t> total_pages = {};  ///< `total_pages` on the wire.
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  friend bool operator==(PageOfChests const& left, PageOfChests const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, PageOfChests const& value);
};

struct Books {
  std::string kind = {};  ///< `kind` on the wire.
  std::optional<std::int64_t> pages = {};  ///< `pages` on the wire.
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  friend bool operator==(Books const& left, Books const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, Books const& value);
};

struct Toys {
  std::string kind = {};  ///< `kind` on the wire.
  JsonObject extras = {};  ///< Members without a field here: received ones, and those to send as well.

  friend bool operator==(Toys const& left, Toys const& right);  ///< Whether all fields are equal.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, Toys const& value);
};

/// What is inside.
class Content : public Union<Books, Toys, Json> {
 public:
  using Union::Union;

  friend bool operator==(Content const& left, Content const& right);  ///< Whether they hold equal values of one type.
  /// Writes the value as JSON, without secrets.
  friend std::ostream& operator<<(std::ostream& out, Content const& value);
};

}  // namespace qhub::tiny
