#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/hub/auth/principal.h"
#include "qhub/hub/resource/errors.h"
#include "qhub/hub/resource/transaction.h"

/// What algorithms, services, data pools and all the others have in common, written once: an owner, a document, who may
/// do what, visibility, a version. A kind of resource is one description; what it has of its own are rules beside it.
///
/// A resource belongs to the tenant that made it, whose members act on it in their role. Others get a role from a grant
/// (grants.h), or may read it by its visibility. To whoever has no role at all it answers like a missing one.
namespace qhub::hub {

/// A member of the document with bounds for its text, in bytes.
struct TextLimit {
  std::string_view member;
  std::size_t least = 0;
  std::size_t most = 0;
};

/// By what lists can be sorted.
enum class SortBy : unsigned char { created_at, name, label };
struct SortProperty {
  std::string_view property;  ///< As clients write it: "createdAt".
  SortBy by;
};
inline constexpr SortProperty sort_by_creation[] = {{"createdAt", SortBy::created_at}};

/// One kind of resource.
struct Kind {
  enum class Unique : unsigned char { no, in_tenant, in_parent, everywhere };

  std::string_view name;                            ///< In the database and in messages: "algorithm".
  std::string_view name_member = {};                ///< The member of the document that is its name.
  std::string_view label_member = {};               ///< What people read; the name if there is none.
  Unique unique = Unique::no;                       ///< Where the name, without regard to case, must be the only one.
  std::span<std::string_view const> searched = {};  ///< Members that a search looks into.
  std::span<TextLimit const> limits = {};           ///< Checked whenever a document is stored.
  std::span<SortProperty const> sorts = sort_by_creation;
};

/// One resource, as the caller sees it.
struct Resource {
  std::int64_t number = 0;  ///< Order of creation.
  std::string id;
  std::string kind;
  std::string tenant_id;  ///< Who owns it.
  TenantKind tenant_kind = TenantKind::user;
  std::string creator_id;                   ///< The user who made it.
  std::optional<std::int64_t> parent = {};  ///< The number of the resource that it is a part of.
  std::string name = {};
  std::string visibility = "PRIVATE";  ///< PRIVATE, INTERNAL or PUBLIC
  std::string state = {};              ///< Of kinds that have one, such as a lifecycle.
  JsonObject document = {};            ///< Members have their names on the wire.
  std::int64_t version = 1;            ///< One more with each change.
  std::int64_t created_at = 0;
  Role role = Role::none;  ///< What the caller may do.
};

struct NewResource {
  JsonObject document;
  std::string state = {};
  std::string visibility = "PRIVATE";
  Resource const* parent = nullptr;  ///< Of a part.
  std::string id = {};               ///< Empty: a random UUID.
};

/// Stores a new resource of the caller's tenant. A part belongs to its parent's tenant; the caller's role on the parent
/// is checked where the parent is fetched. Errors: forbidden for a viewer of the organization; invalid_argument outside
/// a limit; conflict if the name is taken.
[[nodiscard]] Result<Resource> create(Transaction& transaction, Kind const& kind, NewResource resource);

/// The resource of that id. Errors: not_found if there is none or the caller has no role on it; forbidden if his role
/// is less than `needed`; conflict if he believes it to have another version.
[[nodiscard]] Result<Resource> get(Transaction& transaction, Kind const& kind, std::string_view id,
                                   Role needed = Role::viewer);

/// A part of a resource that was fetched before.
[[nodiscard]] Result<Resource> get_part(Transaction& transaction, Kind const& kind, Resource const& parent,
                                        std::string_view id);
/// All parts of that kind, in the order they were made.
[[nodiscard]] std::vector<Resource> parts(Transaction& transaction, Kind const& kind, Resource const& parent);

/// For the hub's own needs: no rights are asked, and `role` is what the caller has.
[[nodiscard]] std::optional<Resource> find(Transaction& transaction, Kind const& kind, std::string_view id);
[[nodiscard]] std::optional<Resource> find_by_number(Transaction& transaction, std::int64_t number);
/// By its name where names are unique: `scope` is the tenant's id, the parent's, or empty.
[[nodiscard]] std::optional<Resource> find_by_name(Transaction& transaction, Kind const& kind, std::string_view scope,
                                                   std::string_view name);

/// Stores what was changed of document, state and visibility, and counts the version up. Errors: those of create().
[[nodiscard]] Result<void> save(Transaction& transaction, Kind const& kind, Resource& resource);

/// Removes the resource with its parts, grants, links and attachments.
void remove(Transaction& transaction, Resource const& resource);

/// How many of that kind a tenant owns, in that state if one is given.
[[nodiscard]] std::int64_t count(Transaction& transaction, Kind const& kind, std::string_view tenant_id,
                                 std::string_view state = {});

/// Changes who sees it: PRIVATE (its owner and whom he grants it to), INTERNAL (also every member of the organization
/// that owns it, in whatever context), PUBLIC (everybody). Errors: invalid_argument.
[[nodiscard]] Result<void> set_visibility(Transaction& transaction, Kind const& kind, Resource& resource,
                                          std::string_view visibility);

/// Two resources that belong together, under the name of what that means: "use-case algorithm".
void link(Transaction& transaction, std::string_view meaning, Resource const& from, Resource const& to);
/// Whether there was such a link.
bool unlink(Transaction& transaction, std::string_view meaning, Resource const& from, Resource const& to);
/// What `from` is linked to, in the order it was, and the reverse.
[[nodiscard]] std::vector<Resource> linked_from(Transaction& transaction, std::string_view meaning,
                                                Resource const& from);
[[nodiscard]] std::vector<Resource> linked_to(Transaction& transaction, std::string_view meaning, Resource const& to);

/// "yyyy-MM-dd HH:mm:ss" in UTC, as most resources tell times.
[[nodiscard]] std::string wire_time(std::int64_t microseconds);

/// The text of a member, or nothing.
[[nodiscard]] std::optional<std::string> text_member(JsonObject const& document, std::string_view name);

}  // namespace qhub::hub
