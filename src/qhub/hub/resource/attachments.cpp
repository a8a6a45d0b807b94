#include "qhub/hub/resource/attachments.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace qhub::hub {

namespace {

Result<std::string> bytes_of(File const& file) {
  std::error_code error;
  std::uintmax_t const size = file.path.empty() ? file.content.size() : std::filesystem::file_size(file.path, error);
  if (size > max_image_bytes)
    return too_large(fmt::format("an image has at most {} bytes, here {}", max_image_bytes, size));
  if (file.path.empty()) return file.content;
  std::ifstream stream(file.path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), {});
}

std::string_view image_type(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "image/webp";
  if (bytes.substr(0, 1000).find("<svg") != std::string_view::npos) return "image/svg+xml";
  return {};
}

}  // namespace

void put_attachment(Transaction& tx, std::string_view owner_id, std::string_view name, std::string_view type,
                    std::string_view content) {
  tx.database.execute(
      "INSERT OR REPLACE INTO attachments (owner_id, name, type, content, created_at) VALUES (?, ?, ?, ?, ?)", owner_id,
      name, type, Blob{content}, tx.now);
}

Result<void> put_image(Transaction& tx, std::string_view owner_id, File const& file) {
  Result<std::string> const bytes = bytes_of(file);
  if (!bytes) return bytes.error();
  std::string_view const type = image_type(*bytes);
  if (type.empty()) return invalid("file", "is no image: PNG, JPEG, GIF, WebP and SVG are taken");
  put_attachment(tx, owner_id, image_name, type, *bytes);
  return {};
}

std::optional<Attachment> find_attachment(Transaction& tx, std::string_view owner_id, std::string_view name) {
  Statement statement =
      tx.database.query("SELECT type, content FROM attachments WHERE owner_id = ? AND name = ?", owner_id, name);
  if (!statement.step()) return std::nullopt;
  return Attachment{.type = statement.column<std::string>(0), .content = statement.column<std::string>(1)};
}

bool has_attachment(Transaction& tx, std::string_view owner_id, std::string_view name) {
  return tx.database.query("SELECT 1 FROM attachments WHERE owner_id = ? AND name = ?", owner_id, name).step();
}

void delete_attachment(Transaction& tx, std::string_view owner_id, std::string_view name) {
  tx.database.execute("DELETE FROM attachments WHERE owner_id = ? AND name = ?", owner_id, name);
}

Result<Response> image_response(Transaction& tx, std::string_view owner_id) {
  auto image = find_attachment(tx, owner_id, image_name);
  if (!image) return not_found("there is no image");
  Response response = bytes_response(std::move(image->content), std::move(image->type));
  // An SVG may hold scripts; whoever opens it must not run them as the hub's.
  response.headers.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace qhub::hub
