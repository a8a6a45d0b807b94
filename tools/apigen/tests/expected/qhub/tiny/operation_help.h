// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <string_view>

namespace qhub::tiny::operations {

/// What the contract says of each operation's parameters and answer, for people: lines of cells separated by tabs.
///     operation  id, description
///     path, query, body, whole, file  name, type, "required" or "", description: parameters of the operation above
///     answer     type, description
///     type       name, description
///     field      name, type, "required" or "", description: of the type above
///     value      a value of the enumeration above
///     one        a type that a value of the union above may have
extern std::string_view const help;

}  // namespace qhub::tiny::operations
