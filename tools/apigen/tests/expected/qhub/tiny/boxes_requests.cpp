// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/boxes_requests.h"

#include <cstddef>

#include "qhub/tiny/models_codec.h"

#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // GCC and Clang support it on every type without virtual bases

namespace qhub::api {

using namespace qhub::tiny;

namespace {
constexpr Field FindBoxesRequest_fields[] = {
    {"minWeight", offsetof(FindBoxesRequest, min_weight), &codec<double>, true, FieldPlace::query },
    {"page", offsetof(FindBoxesRequest, page), &codec<std::optional<std::int64_t>>, false, FieldPlace::query },
    {"sort", offsetof(FindBoxesRequest, sort), &codec<std::optional<std::vector<std::string>>>, false, FieldPlace::query },
};
constexpr Object FindBoxesRequest_object{"FindBoxesRequest", FindBoxesRequest_fields };
}  // namespace
template <>
Object const& describe<FindBoxesRequest>() {
  return FindBoxesRequest_object;
}

namespace {
constexpr Field CreateBoxRequest_fields[] = {
    {"kind", offsetof(CreateBoxRequest, kind), &codec<std::string>, true },
    {"content", offsetof(CreateBoxRequest, content), &codec<Content>, true },
    {"label", offsetof(CreateBoxRequest, label), &codec<std::optional<std::string>> },
};
constexpr Object CreateBoxRequest_object{"CreateBoxRequest", CreateBoxRequest_fields, offsetof(CreateBoxRequest, extras), true, "kind" };
}  // namespace
template <>
Object const& describe<CreateBoxRequest>() {
  return CreateBoxRequest_object;
}

namespace {
constexpr Field PutFileRequest_fields[] = {
    {"file", offsetof(PutFileRequest, file), &codec<File>, true, FieldPlace::file },
};
constexpr Object PutFileRequest_object{"PutFileRequest", PutFileRequest_fields };
}  // namespace
template <>
Object const& describe<PutFileRequest>() {
  return PutFileRequest_object;
}

}  // namespace qhub::api

namespace qhub::tiny {

bool operator==(FindBoxesRequest const& left, FindBoxesRequest const& right) {
  return api::equal_objects(api::describe<FindBoxesRequest>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, FindBoxesRequest const& value) {
  return api::print(out, api::describe<FindBoxesRequest>(), &value);
}
bool operator==(CreateBoxRequest const& left, CreateBoxRequest const& right) {
  return api::equal_objects(api::describe<CreateBoxRequest>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, CreateBoxRequest const& value) {
  return api::print(out, api::describe<CreateBoxRequest>(), &value);
}
bool operator==(PutFileRequest const& left, PutFileRequest const& right) {
  return api::equal_objects(api::describe<PutFileRequest>(), &left, &right);
}
std::ostream& operator<<(std::ostream& out, PutFileRequest const& value) {
  return api::print(out, api::describe<PutFileRequest>(), &value);
}

}  // namespace qhub::tiny
