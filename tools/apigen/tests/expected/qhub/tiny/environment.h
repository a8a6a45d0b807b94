// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <string_view>

namespace qhub {

/// Where the vendor serves the Tiny API.
struct HubTinyClientEnvironment {
  /// What a client uses unless told otherwise.
  static constexpr std::string_view DEFAULT = "https://tiny.example/v1";
};

}  // namespace qhub
