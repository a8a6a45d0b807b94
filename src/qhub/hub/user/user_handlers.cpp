#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/json.hpp>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/platform/organizations.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/user/mount.h"
#include "qhub/user/authentication_handlers.h"
#include "qhub/user/search_handlers.h"
#include "qhub/user/user_registration_status_handlers.h"
#include "qhub/user/user_settings_handlers.h"
#include "qhub/user/user_settings_personal_access_tokens_handlers.h"
#include "qhub/user/users_handlers.h"

namespace qhub::hub {
namespace {

constexpr std::size_t most_ids = 200;
constexpr std::size_t most_tokens = 100;
constexpr std::int64_t most_matches = 50;

Error unknown_user(std::string_view id) {
  return not_found(fmt::format("there is no user {}", id));
}

/// A user whom others may see.
std::optional<UserRow> find_active(Transaction& tx, std::string_view id) {
  auto user = find_user(tx.database, id);
  if (user && user->disabled_at) return std::nullopt;
  return user;
}

user::UserSearchDto overview(UserRow const& row) {
  user::UserSearchDto dto;
  dto.id = row.id;
  dto.firstname = row.first_name();
  dto.lastname = row.last_name();
  return dto;
}

user::UserDto user_dto(UserRow const& row) {
  user::UserDto dto;
  dto.id = row.id;
  dto.username = dto.email = row.email;
  dto.firstname = row.first_name();
  dto.lastname = row.last_name();
  dto.current_position = row.current_position;
  dto.homepage = row.homepage;
  dto.about = row.about;
  return dto;
}

user::AccessTokenDto token_dto(TokenRow const& row) {
  user::AccessTokenDto dto;
  dto.id = row.id;
  dto.name = row.name;
  dto.created_at = wire_time(row.created_at);
  if (row.used_at) dto.used_at = wire_time(*row.used_at);
  if (row.expires_at) dto.expires_at = wire_time(*row.expires_at - 1).substr(0, 10);
  return dto;
}

/// The end of a day "yyyy-MM-dd" in UTC: so long a token is valid. Errors: invalid_argument, also for a day gone by.
Result<std::int64_t> end_of_day(std::string const& day, std::int64_t now) {
  auto const time = Timestamp(day + " 00:00:00").time();
  if (day.size() != 10 || !time) return invalid("expiresAt", "is a day such as 2030-12-31");
  std::int64_t const end = time->time_since_epoch().count() + 86'400'000'000;
  if (end <= now) return invalid("expiresAt", "is a day that has not passed");
  return end;
}

class Authentication final : public user::AuthenticationHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<user::PersonalAccessTokenPrincipal> authorize_by_personal_access_token(Call& call) override {
    return read(call, [](Transaction& tx) -> Result<user::PersonalAccessTokenPrincipal> {
      auto const token = find_token_by_id(tx.database, tx.caller.token_id);
      if (!token)
        return Error{.kind = ErrorKind::unauthenticated, .message = "this token was withdrawn", .details = {}};
      user::PersonalAccessTokenPrincipal principal;
      principal.id = tx.caller.user_id;
      principal.access_token = token_dto(*token);
      return principal;
    });
  }
};

class Search final : public user::SearchHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<std::vector<user::UserSearchDto>> users(Call& call, user::UsersRequest request) override {
    return read(call, [q = request.q](Transaction& tx) -> Result<std::vector<user::UserSearchDto>> {
      if (q.find_first_not_of(" \t") == std::string::npos) return invalid("q", "must not be empty");
      std::vector<user::UserSearchDto> found;
      for (UserRow const& row : search_users(tx.database, q, most_matches)) found.push_back(overview(row));
      return found;
    });
  }
};

class Registration final : public user::UserRegistrationStatusHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<user::RegistrationResponse> get_user_registration_status(
      Call& call, user::GetUserRegistrationStatusRequest request) override {
    return read(call, [email = request.email](Transaction& tx) -> Result<user::RegistrationResponse> {
      if (email.find('@') == std::string::npos) return invalid("email", "is an email address");
      auto const row = find_user_by_email(tx.database, email);
      user::RegistrationResponse response;
      response.status = !row               ? user::RegistrationResponseStatus::NOT_FOUND
                        : row->disabled_at ? user::RegistrationResponseStatus::REJECTED
                                           : user::RegistrationResponseStatus::APPROVED;
      return response;
    });
  }
};

class Settings final : public user::UserSettingsHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<user::UserDto> get_current_user(Call& call) override {
    return read(call, [](Transaction& tx) -> Result<user::UserDto> {
      auto const row = find_user(tx.database, tx.caller.user_id);
      if (!row) return unknown_user(tx.caller.user_id);
      return user_dto(*row);
    });
  }
  Answer<user::UserDto> update_current_user(Call& call, user::UpdateCurrentUserRequest request) override {
    return write(call, [request](Transaction& tx) -> Result<user::UserDto> {
      auto row = find_user(tx.database, tx.caller.user_id);
      if (!row) return unknown_user(tx.caller.user_id);
      row->current_position = request.current_position;
      row->homepage = request.homepage;
      row->about = request.about;
      update_profile(tx.database, *row);
      return user_dto(*row);
    });
  }
  Answer<void> delete_current_user(Call& call) override {
    return and_forget(write(call, [](Transaction& tx) -> Result<void> {
      std::string const& id = tx.caller.user_id;
      for (MemberRow const& member : list_memberships(tx.database, id, "ACCEPTED"))
        if (is_last_owner(tx.database, member.organization_id, id))
          return conflict("you are the last OWNER of an organization; delete it or make somebody else its OWNER first");
      delete_everything_of(tx, id);
      erase_user(tx.database, id, tx.now);
      return {};
    }));
  }
  Answer<void> update_current_user_profile_image(Call& call,
                                                 user::UpdateCurrentUserProfileImageRequest request) override {
    return write(call, [request](Transaction& tx) { return put_image(tx, tx.caller.user_id, request.file); });
  }
  Answer<void> delete_current_user_profile_image(Call& call) override {
    return write(call, [](Transaction& tx) -> Result<void> {
      delete_attachment(tx, tx.caller.user_id, image_name);
      return {};
    });
  }
};

class AccessTokens final : public user::UserSettingsPersonalAccessTokensHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<user::AccessTokensDto> get_personal_access_tokens(Call& call) override {
    return read(call, [](Transaction& tx) {
      user::AccessTokensDto dto;  // without the default token: only its hash is known
      dto.access_tokens.emplace();
      for (TokenRow const& row : list_tokens(tx.database, tx.caller.user_id))
        if (row.kind == token_kind::personal) dto.access_tokens->push_back(token_dto(row));
      return dto;
    });
  }
  Answer<user::AccessTokenDto> create_personal_access_token(Call& call,
                                                            user::CreatePersonalAccessTokenRequest request) override {
    return write(call, [request](Transaction& tx) -> Result<user::AccessTokenDto> {
      if (request.name.empty() || request.name.size() > 255) return invalid("name", "has 1 to 255 bytes");
      if (list_tokens(tx.database, tx.caller.user_id).size() >= most_tokens)
        return unsupported(fmt::format("a user has at most {} tokens; delete one first", most_tokens));
      TokenRow row{.id = random_uuid(),
                   .kind = std::string(token_kind::personal),
                   .user_id = tx.caller.user_id,
                   .name = request.name,
                   .created_at = tx.now};
      if (request.expires_at) {
        auto const end = end_of_day(*request.expires_at, tx.now);
        if (!end) return end.error();
        row.expires_at = *end;
      }
      std::string const token = new_token();
      insert_token(tx.database, row, token);
      user::AccessTokenDto dto = token_dto(row);
      dto.value = token;
      return dto;
    });
  }
  Answer<void> delete_personal_access_token(Call& call, std::string id) override {
    return and_forget(write(call, [id](Transaction& tx) -> Result<void> {
      auto const row = find_token_by_id(tx.database, id);
      if (!row || (row->kind != token_kind::personal && row->kind != token_kind::standard))
        return not_found("there is no token " + id);
      if (row->user_id != tx.caller.user_id) return forbidden("this token belongs to somebody else");
      delete_token(tx.database, id);
      return {};
    }));
  }
  Answer<user::DefaultAccessTokenDto> regenerate_default_personal_access_token(Call& call) override {
    return and_forget(write(call, [](Transaction& tx) {
      user::DefaultAccessTokenDto dto;
      dto.default_token = new_token();
      replace_default_token(tx.database, tx.caller.user_id, *dto.default_token, tx.now);
      return dto;
    }));
  }
};

class Users final : public user::UsersHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<user::BatchUserResponseDto> resolve_users(Call& call, user::ResolveUsersRequest request) override {
    return read(call, [ids = request.ids](Transaction& tx) -> Result<user::BatchUserResponseDto> {
      if (ids.size() > most_ids) return invalid("ids", fmt::format("has at most {} entries", most_ids));
      user::BatchUserResponseDto dto;
      dto.users.emplace();
      for (std::string const& id : ids)
        if (auto const row = find_active(tx, id)) dto.users->push_back(overview(*row));
      return dto;
    });
  }
  Answer<user::UserSearchDto> get_user_by_id(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<user::UserSearchDto> {
      auto const row = find_active(tx, id);
      if (!row) return unknown_user(id);
      return overview(*row);
    });
  }
  Answer<void> check_user_exists(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<void> {
      if (!find_active(tx, id)) return unknown_user(id);
      return {};
    });
  }
  Answer<std::optional<std::string>> get_user_profile_image(Call& call, std::string id) override {
    return read(call, [id](Transaction& tx) -> Result<std::optional<std::string>> {
      if (!find_active(tx, id)) return unknown_user(id);
      auto const image = find_attachment(tx, id, image_name);
      if (!image) return std::optional<std::string>();
      // The contract has a JSON text here, which bytes are not; as a data URL (RFC 2397) a page can show it.
      std::string encoded((image->content.size() + 2) / 3 * 4 + 1, '\0');
      encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(
          reinterpret_cast<unsigned char*>(encoded.data()),
          reinterpret_cast<unsigned char const*>(image->content.data()), static_cast<int>(image->content.size()))));
      return std::optional(fmt::format("data:{};base64,{}", image->type, encoded));
    });
  }
};

}  // namespace

Mounted mount_user_api(Router& router, Transactions const& transactions) {
  auto const all = std::make_shared<std::vector<Mounted>>();
  all->push_back(mount_new<Authentication>(router, user_prefix, transactions));
  all->push_back(mount_new<Search>(router, user_prefix, transactions));
  all->push_back(mount_new<Registration>(router, user_prefix, transactions));
  all->push_back(mount_new<Settings>(router, user_prefix, transactions));
  all->push_back(mount_new<AccessTokens>(router, user_prefix, transactions));
  all->push_back(mount_new<Users>(router, user_prefix, transactions));
  return all;
}

}  // namespace qhub::hub
