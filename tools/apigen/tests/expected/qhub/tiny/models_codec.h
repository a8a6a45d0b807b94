// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include "qhub/api/codec.h"
#include "qhub/tiny/models.h"

namespace qhub::api {

template <>
Object const& describe<tiny::Chest>();
template <>
Object const& describe<tiny::PageOfChests>();
template <>
Object const& describe<tiny::Books>();
template <>
Object const& describe<tiny::Toys>();
template <>
UnionTable const& describe_union<tiny::Content>();

}  // namespace qhub::api
