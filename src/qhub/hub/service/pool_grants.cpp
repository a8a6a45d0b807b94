#include "qhub/hub/service/pool_grants.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "qhub/api/codec.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {
namespace {

constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";

std::string to_base64url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  std::size_t const padding = (4 - padded.size() % 4) % 4;
  padded.append(padding, '=');
  std::string bytes(padded.size() / 4 * 3 + 1, '\0');
  int const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<unsigned char const*>(padded.data()),
                                   static_cast<int>(padded.size()));
  if (padding == 3 || size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::string signature(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(text.data()),
       text.size(), bytes.data(), &size);
  return to_base64url({reinterpret_cast<char const*>(bytes.data()), size});
}

Error refuse(std::string message) {
  return {.kind = ErrorKind::forbidden, .message = std::move(message), .details = {}};
}

std::string text_member(JsonObject const& object, std::string_view name) {
  Json const* const value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

PoolGrants::PoolGrants(Store& store, Vault const& vault) {
  Result<std::string> const key = store.write_and_wait([&vault](Connection& connection) -> Result<std::string> {
    static constexpr std::string_view name = "grants";
    static constexpr std::string_view context = "the key that grants are signed with";
    Statement statement = connection.query("SELECT value FROM secrets WHERE name = ?", name);
    if (statement.step()) return vault.open_sealed(statement.column<std::string>(0), context);
    std::string made = random_text(32);
    std::string const sealed = vault.seal(made, context);
    connection.execute("INSERT INTO secrets (name, value) VALUES (?, ?)", name, Blob{sealed});
    return made;
  });
  if (!key) throw std::runtime_error(key.error().message);
  key_ = *key;
}

std::string PoolGrants::sign(PoolGrant const& grant) const {
  JsonObject const claims{{"sub", grant.pool_id},
                          {"aud", grant.application_id},
                          {"permission", grant.permission},
                          {"exp", grant.expires_at}};
  std::string const text = to_base64url(header) + "." + to_base64url(api::to_text(claims));
  return text + "." + signature(key_, text);
}

Result<PoolGrant> PoolGrants::verify(std::string_view token, std::int64_t now_seconds) const {
  std::size_t const dot = token.rfind('.');
  if (dot == std::string_view::npos) return refuse("the grant is no token of this hub");
  std::string const expected = signature(key_, token.substr(0, dot));
  std::string_view const given = token.substr(dot + 1);
  // The signature covers the header too, so that no other algorithm can be claimed.
  if (given.size() != expected.size() || CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0 ||
      !token.starts_with(to_base64url(header) + "."))
    return refuse("the grant is no token of this hub");
  std::string_view const encoded = token.substr(0, dot).substr(token.find('.') + 1);
  std::optional<std::string> const claims = from_base64url(encoded);
  Result<Json> const json = api::parse(claims.value_or(""));
  if (!json || !json->is_object()) return refuse("the grant is no token of this hub");
  JsonObject const& object = json->get_object();
  Json const* const expires = object.if_contains("exp");
  PoolGrant grant{.pool_id = text_member(object, "sub"),
              .application_id = text_member(object, "aud"),
              .permission = text_member(object, "permission"),
              .expires_at = expires && expires->is_int64() ? expires->get_int64() : 0};
  if (grant.expires_at <= now_seconds) return refuse("the grant has expired");
  return grant;
}

}  // namespace qhub::hub
