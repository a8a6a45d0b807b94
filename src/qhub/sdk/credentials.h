#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qhub {

/// Where an access token may come from. No client looks for one by itself: pass the token on.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  /// \throws CredentialUnavailableError
  virtual std::string get_access_token() const = 0;
};

/// The token it was made with.
class StaticCredential : public CredentialProvider {
 public:
  explicit StaticCredential(std::string token) : token_(std::move(token)) {}  ///< Kept as it is.
  std::string get_access_token() const override;

 private:
  std::string token_;
};

/// The first of KQH_SERVICE_EXECUTION_TOKEN, KQH_PERSONAL_ACCESS_TOKEN, PLANQK_SERVICE_EXECUTION_TOKEN,
/// SERVICE_EXECUTION_TOKEN, PLANQK_PERSONAL_ACCESS_TOKEN that is set and not empty.
class EnvironmentCredential : public CredentialProvider {
 public:
  std::string get_access_token() const override;
};

/// `auth.value` in the configuration file that `config_file_path()` finds when this is made.
class ConfigFileCredential : public CredentialProvider {
 public:
  ConfigFileCredential();  ///< Looks for the file, but does not read it yet.
  std::string get_access_token() const override;

 private:
  std::string path_;
};

/// A given token, else the environment, else the configuration file.
class DefaultCredentialsProvider : public CredentialProvider {
 public:
  explicit DefaultCredentialsProvider(std::optional<std::string> access_token = std::nullopt);  ///< Asked first if given.
  std::string get_access_token() const override;

 private:
  std::vector<std::unique_ptr<CredentialProvider>> chain_;
};

/// The account that `qhubctl login` or `set-context` chose, as the configuration file keeps it.
struct Context {
  std::string id = {};  ///< Of the user or organization.
  std::string display_name = {};  ///< For people.
  bool is_organization = false;  ///< Whether it is an organization.
  std::string role = {};  ///< Of the user in it.
  std::string account_type = {};  ///< As the platform tells it.
};

/// Reads the context from the configuration file and the environment.
class ContextResolver {
 public:
  ContextResolver();  ///< Looks for the file, but does not read it yet.

  /// Nothing if there is no configuration file or it holds no context.
  std::optional<Context> get_context() const;
  /// KQH_ORGANIZATION_ID, else PLANQK_ORGANIZATION_ID, else the context's id if it is an organization; else empty.
  std::string get_organization_id() const;

 private:
  std::string path_;
};

/// The configuration file shared with the official CLI: KQH_CONFIG_FILE_PATH, PLANQK_CONFIG_FILE_PATH, else
/// `~/.config/qhubctl/config.json`; if that does not exist but the older `~/.config/planqk/config.json` does, the
/// latter. Empty if there is no home directory either.
std::string config_file_path();

}  // namespace qhub
