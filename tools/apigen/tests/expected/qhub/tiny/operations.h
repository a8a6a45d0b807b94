// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include "qhub/api/operation.h"

/// What the contract says of each operation of the Tiny API.
namespace qhub::tiny::operations {

extern api::OperationTable const table;

namespace boxes {
extern api::Operation const& find_boxes;
extern api::Operation const& create_box;
extern api::Operation const& get_file;
extern api::Operation const& put_file;
extern api::Operation const& get_lid;
}  // namespace boxes

}  // namespace qhub::tiny::operations
