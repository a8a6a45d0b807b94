#pragma once

#include <boost/json/value.hpp>

namespace qhub {

/// Free-form JSON: whatever the contract leaves open.
using Json = boost::json::value;

/// Members of a JSON object by name. Wire types keep here what a peer sent that this build has no field for, so that it
/// survives a round trip; a member you add is sent along, `{{"ttl", nullptr}}` for an explicit null.
using JsonObject = boost::json::object;

}  // namespace qhub
