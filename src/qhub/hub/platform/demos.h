#pragma once

#include <map>
#include <optional>
#include <string>

#include "qhub/hub/resource/resource.h"
#include "qhub/platform/models.h"
#include "qhub/platform/use_cases_requests.h"

/// Demos of use cases. This hub runs no builder for them: a demo is kept and can be described, and says of itself that
/// it is not available because builds are disabled.
namespace qhub::hub {

/// Errors: not_found.
[[nodiscard]] Result<Resource> find_demo(Transaction& tx, Resource const& use_case);
[[nodiscard]] Result<platform::DemoWithStatus> get_demo(Transaction& tx, Resource const& use_case);
/// Errors: conflict if there is one already; invalid_argument naming the member.
[[nodiscard]] Result<platform::DemoWithStatus> create_demo(Transaction& tx, Resource const& use_case,
                                                           platform::CreateUseCaseDemoRequest const& request);
[[nodiscard]] Result<platform::DemoWithStatus> set_demo_integration(Transaction& tx, Resource const& use_case,
                                                                    std::string const& git_integration_id);
[[nodiscard]] Result<platform::DemoWithStatus> set_demo_environment(
    Transaction& tx, Resource const& use_case, std::map<std::string, std::string> const& environment);
/// Errors: not_found; unsupported, since there is no builder.
[[nodiscard]] Result<void> build_demo(Transaction& tx, Resource const& use_case);
[[nodiscard]] Result<void> delete_demo(Transaction& tx, Resource const& use_case);

}  // namespace qhub::hub
