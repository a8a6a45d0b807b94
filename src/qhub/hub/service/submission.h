#pragma once

#include <map>
#include <string>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/base/result.h"

namespace qhub::hub {

/// A reference to a data pool among the parameters of a request.
struct PoolReference {
  std::string parameter;
  std::string pool_id;
  std::string grant;  ///< Empty if none was given.
};

/// The body of a request to a service, taken apart.
struct ServiceRequest {
  JsonObject input;                            ///< Without `$…` members and without the pools' grants.
  std::map<std::string, std::string> secrets;  ///< By the name they get behind `SECRET_`.
  std::vector<std::string> tags;               ///< Lower case.
  std::vector<PoolReference> pools;
};

/// Parameters are the members of the body and of its `input`, if that is an object; the references in `inputDataRefs` are
/// parameters that are data pools. Errors: invalid_argument that names the member: one that cannot be a file's name, a tag that is no text, a secret
/// whose name cannot be that of a variable, a pool without id, or a parameter that is there twice.
[[nodiscard]] Result<ServiceRequest> read_service_request(JsonObject body);

/// Tags in the form they are stored in. Errors: invalid_argument that names the tag.
[[nodiscard]] Result<std::vector<std::string>> read_tags(std::vector<std::string> tags);

/// Whether a JSON value refers to a data pool: `{"ref":"DATAPOOL", …}`.
[[nodiscard]] bool is_pool_reference(Json const& value);

/// `ibmToken` → `IBM_TOKEN`, `IBM_TOKEN` as it is: how the official runtime looks for a secret.
[[nodiscard]] std::string secret_variable(std::string_view name);

}  // namespace qhub::hub
