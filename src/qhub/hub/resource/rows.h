#pragma once

#include <string>
#include <string_view>

#include "qhub/hub/resource/resource.h"

/// Reading the table of resources, for the files of this folder.
namespace qhub::hub {

/// SELECT of all columns that read_resource() wants, with what follows FROM resources.
[[nodiscard]] std::string select_resources(std::string_view condition);
/// The row without the caller's role.
[[nodiscard]] Resource read_resource(Statement const& row);

}  // namespace qhub::hub
