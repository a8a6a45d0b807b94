#include "qhub/hub/random_id.h"

#include <openssl/rand.h>

#include <array>
#include <bit>
#include <cstdint>
#include <random>
#include <stdexcept>

namespace qhub::hub {
namespace {

void fill_random(unsigned char* bytes, std::size_t count) {
  if (RAND_bytes(bytes, static_cast<int>(count)) != 1) throw std::runtime_error("no randomness from the system");
}

/// Version 4, variant of RFC 4122.
std::string to_uuid(std::array<unsigned char, 16> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 0x0f];
  }
  return text;
}

}  // namespace

std::string random_uuid() {
  std::array<unsigned char, 16> bytes;
  fill_random(bytes.data(), bytes.size());
  return to_uuid(bytes);
}

std::string fast_uuid() {
  thread_local std::mt19937_64 generator = [] {
    std::array<std::uint32_t, 8> seed;
    fill_random(reinterpret_cast<unsigned char*>(seed.data()), sizeof seed);
    std::seed_seq sequence(seed.begin(), seed.end());
    return std::mt19937_64(sequence);
  }();
  return to_uuid(std::bit_cast<std::array<unsigned char, 16>>(std::array{generator(), generator()}));
}

std::string random_text(std::size_t count) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<unsigned char> bytes(count);
  fill_random(bytes.data(), bytes.size());
  std::string text;
  text.reserve((count * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (unsigned char const byte : bytes) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      text += alphabet[buffer >> bits & 63];
    }
  }
  if (bits > 0) text += alphabet[buffer << (6 - bits) & 63];
  return text;
}

}  // namespace qhub::hub
