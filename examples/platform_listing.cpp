// Services and use cases of one's account: KQH_PERSONAL_ACCESS_TOKEN=… platform_listing [BASE_URL]
#include <iostream>
#include <qhub/platform.hpp>

int main(int argc, char** argv) try {
  qhub::HubPlatformClient const platform({.api_key = qhub::DefaultCredentialsProvider().get_access_token(),
                                          .organization_id = qhub::ContextResolver().get_organization_id(),
                                          .base_url = argc > 1 ? argv[1] : ""});
  for (auto const& service : platform.services().get_services())
    std::cout << "service  " << service.name.value_or("") << '\n';
  for (auto const& use_case : platform.use_cases().get_all_use_cases())  // page after page
    std::cout << "use case " << use_case << '\n';
} catch (qhub::UnauthorizedError const&) {
  std::cerr << "platform_listing: the token is not valid any more; get another one\n";
  return 1;
} catch (std::exception const& error) {
  std::cerr << "platform_listing: " << error.what() << '\n';
  return 1;
}
