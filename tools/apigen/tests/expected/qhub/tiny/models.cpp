// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include <cstddef>

#include "qhub/tiny/models_codec.h"

#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // GCC and Clang support it on every type without virtual bases

namespace qhub::api {

using namespace qhub::tiny;

namespace {
constexpr Field Chest_fields[] = {
    {"id", offsetof(Chest, id), &codec<std::string>, true },
    {"colour", offsetof(Chest, colour), &codec<std::optional<Colour>> },
    {"createdAt", offsetof(Chest, created_at), &codec<std::optional<Timestamp>> },
    {"public", offsetof(Chest, public_), &codec<std::optional<bool>> },
    {"inner", offsetof(Chest, inner), &codec<std::optional<Box<Chest>>> },
    {"siblings", offsetof(Chest, siblings), &codec<std::optional<std::vector<Chest>>> },
    {"combination", offsetof(Chest, combination), &codec<std::optional<std::string>>, false, FieldPlace::body, true },
    {"weights", offsetof(Chest, weights), &codec<std::optional<std::map<std::string, double>>> },
    {"notes", offsetof(Chest, notes), &codec<std::optional<Json>> },
};
constexpr Object Chest_object{"Chest", Chest_fields, offsetof(Chest, extras), true };
}  // namespace
template <>
Object const& describe<Chest>() {
  return Chest_object;
}

namespace {
constexpr Field PageOfChests_fields[] = {
    {"content", offsetof(PageOfChests, content), &codec<std::optional<std::vector<Chest>>> },
    {"total_pages", offsetof(PageOfChests, total_pages), &codec<std::optional<std::int64_t>> },
};
constexpr Object PageOfChests_object{"PageOfChests", PageOfChests_fields, offsetof(PageOfChests, extras), true };
}  // namespace
template <>
Object const& describe<PageOfChests>() {
  return PageOfChests_object;
}

namespace {
constexpr Field Books_fields[] = {
    {"kind", offsetof(Books, kind), &codec<std::string>, true },
    {"pages", offsetof(Books, pages), &codec<std::optional<std::int64_t>> },
};
constexpr Object Books_object{"Books", Books_fields, offsetof(Books, extras), true };
}  // namespace
template <>
Object const& describe<Books>() {
  return Books_object;
}

namespace {
constexpr Field Toys_fields[] = {
    {"kind", offsetof(Toys, kind), &codec<std::string>, true },
};
constexpr Object Toys_object{"Toys", Toys_fields, offsetof(Toys, extras), true };
}  // namespace
template <>
Object const& describe<Toys>() {
  return Toys_object;
}

namespace {
constexpr UnionTable::Entry Content_entries[] = {
    {"books", 0},
    {"comics", 0},
    {"toys", 1},
};
}  // namespace
template <>
UnionTable const& describe_union<Content>() {
  static constexpr UnionTable table{"kind", Content_entries};
  return table;
}

}  // namespace qhub::api

namespace qhub::tiny {

bool operator==(Chest const& left, Chest const& right) {
  return api::equal_objects(api::describe<Chest>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, Chest const& value) {
  return api::print(out, api::describe<Chest>(), &value);
}
bool operator==(PageOfChests const& left, PageOfChests const& right) {
  return api::equal_objects(api::describe<PageOfChests>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, PageOfChests const& value) {
  return api::print(out, api::describe<PageOfChests>(), &value);
}
bool operator==(Books const& left, Books const& right) {
  return api::equal_objects(api::describe<Books>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, Books const& value) {
  return api::print(out, api::describe<Books>(), &value);
}
bool operator==(Toys const& left, Toys const& right) {
  return api::equal_objects(api::describe<Toys>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, Toys const& value) {
  return api::print(out, api::describe<Toys>(), &value);
}
bool operator==(Content const& left, Content const& right) {
  return static_cast<Content::Variant const&>(left) == static_cast<Content::Variant const&>(right);
}
std::ostream& operator<<(std::ostream& out, Content const& value) {
  return api::print(out, api::codec<Content>, &value);
}

}  // namespace qhub::tiny
