#include "qhub/hub/auth/token.h"

#include <openssl/sha.h>

#include "qhub/hub/random_id.h"

namespace qhub::hub {

std::string new_token() {
  return "qhub_" + random_text(32);
}

std::string sha256(std::string_view text) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

}  // namespace qhub::hub
