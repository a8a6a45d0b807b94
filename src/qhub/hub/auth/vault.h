#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "qhub/base/result.h"

namespace qhub::hub {

/// Keeps secrets that have to be read again, such as credentials of vendors, so that the database alone tells nothing:
/// AES-256-GCM (NIST SP 800-38D) with a key that lies in a file of its own. Thread-safe.
class Vault {
 public:
  /// Reads the key from `key_file`, which is made, readable by the owner of the process alone, if it is missing.
  /// Errors: forbidden if it cannot be read or written; invalid_argument if it is no key.
  [[nodiscard]] static Result<Vault> open(std::filesystem::path const& key_file);

  /// The text encrypted under a fresh nonce, in base64. `context` says what it is for, and has to be the same when it
  /// is opened: so one secret cannot be put in another's place.
  [[nodiscard]] std::string seal(std::string_view text, std::string_view context) const;
  /// Errors: internal if the text was not sealed by this key for this context.
  [[nodiscard]] Result<std::string> open_sealed(std::string_view sealed, std::string_view context) const;

 private:
  using Key = std::array<unsigned char, 32>;
  explicit Vault(Key const& key) : key_(key) {}

  Key key_;
};

}  // namespace qhub::hub
