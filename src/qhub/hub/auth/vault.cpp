#include "qhub/hub/auth/vault.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "qhub/hub/auth/secret_file.h"

namespace qhub::hub {
namespace {

constexpr int nonce_size = 12;
constexpr int tag_size = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
unsigned char const* bytes(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

std::string to_base64(std::string_view data) {
  std::string text((data.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(bytes(text), bytes(data), static_cast<int>(data.size()))));
  return text;
}

std::string from_base64(std::string_view text) {
  std::string data(text.size() / 4 * 3 + 3, '\0');
  int size = EVP_DecodeBlock(bytes(data), bytes(text), static_cast<int>(text.size()));
  if (size < 0) return {};
  for (auto end = text.rbegin(); end != text.rend() && *end == '='; ++end) --size;
  data.resize(static_cast<std::size_t>(size));
  return data;
}

}  // namespace

Result<Vault> Vault::open(std::filesystem::path const& key_file) {
  if (!std::filesystem::exists(key_file)) {
    std::string made(32, '\0');
    if (RAND_bytes(bytes(made), 32) != 1) throw std::runtime_error("no randomness from the system");
    if (Result<void> const written = write_secret(key_file, to_base64(made) + "\n"); !written) return written.error();
  }
  std::string text;
  if (!(std::ifstream(key_file) >> text))
    return Error{.kind = ErrorKind::forbidden, .message = "cannot read " + key_file.string(), .details = {}};
  std::string const read = from_base64(text);
  Key key;
  if (read.size() != key.size())
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{} is no key: 32 bytes in base64", key_file.string()),
                 .details = {}};
  std::copy(read.begin(), read.end(), key.begin());
  return Vault(key);
}

std::string Vault::seal(std::string_view text, std::string_view context) const {
  std::string sealed(nonce_size + text.size() + tag_size, '\0');
  if (RAND_bytes(bytes(sealed), nonce_size) != 1) throw std::runtime_error("no randomness from the system");
  Cipher const cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  bool const good =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(sealed)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes(context), static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes(sealed) + nonce_size, &size, bytes(text), static_cast<int>(text.size())) ==
          1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes(sealed) + nonce_size + text.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, bytes(sealed) + nonce_size + text.size()) == 1;
  if (!good) throw std::runtime_error("AES-256-GCM failed");
  return to_base64(sealed);
}

Result<std::string> Vault::open_sealed(std::string_view sealed, std::string_view context) const {
  Error const foreign{.kind = ErrorKind::internal,
                      .message = "a stored secret cannot be decrypted with the key of this hub",
                      .details = {}};
  std::string data = from_base64(sealed);
  if (data.size() < nonce_size + tag_size) return foreign;
  std::size_t const length = data.size() - nonce_size - tag_size;
  std::string text(length, '\0');
  Cipher const cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  bool const good =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(data)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes(context), static_cast<int>(context.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(text), &size, bytes(data) + nonce_size, static_cast<int>(length)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, bytes(data) + nonce_size + length) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes(text) + length, &size) == 1;
  if (!good) return foreign;
  return text;
}

}  // namespace qhub::hub
