#pragma once

#include <string>
#include <string_view>

#include "qhub/api/operation.h"

/// Operations of the APIs, as the contract describes them.
namespace qhub::cli {

/// Call, description, parameters and answer of an operation, with the types that they refer to.
[[nodiscard]] std::string describe_operation(api::OperationTable const& table, api::Operation const& operation,
                                             std::size_t columns);

/// The type of a parameter in the body, "text" or "integer" for instance; empty if the contract does not name it.
[[nodiscard]] std::string_view body_type(api::OperationTable const& table, api::Operation const& operation,
                                         std::string_view parameter);

}  // namespace qhub::cli
