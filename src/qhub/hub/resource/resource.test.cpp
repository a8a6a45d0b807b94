#include "qhub/hub/resource/resource.h"

#include <gtest/gtest.h>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/internal/test_support.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/resource/list.h"

namespace qhub::hub {
namespace {

constexpr std::string_view searched[] = {"name", "text"};
constexpr TextLimit limits[] = {{"name", 1, 20}};
constexpr SortProperty sorts[] = {{"createdAt", SortBy::created_at}, {"name", SortBy::name}};
constexpr Kind thing{.name = "thing",
                     .name_member = "name",
                     .unique = Kind::Unique::in_tenant,
                     .searched = searched,
                     .limits = limits,
                     .sorts = sorts};
constexpr Kind piece{.name = "piece", .name_member = "name"};

class ResourceTest : public testing::Test {
 protected:
  ResourceTest() {
    ada = user("ada@example.org", "Ada");
    bob = user("bob@example.org", "Bob");
    in(ada, [](Transaction& tx) {
      tx.database.execute(
          "INSERT INTO organizations (id, name, display_name, billing_email, account_type, created_at) "
          "VALUES ('org', 'org', 'Org', 'a@b', 'STANDARD', 0)");
    });
  }

  Principal user(std::string const& email, std::string const& name) {
    auto const row = store->write_and_wait([&](Connection& database) {
      return insert_user(database, {.email = email, .name = name}, "token of " + name);
    });
    return {.user_id = row->id, .tenant_id = row->id, .name = name};
  }
  /// The caller acting for the organization in that role.
  static Principal member(Principal caller, Role role) {
    caller.tenant_id = "org";
    caller.tenant_kind = TenantKind::organization;
    caller.role = role;
    return caller;
  }
  void in(Principal const& caller, std::function<void(Transaction&)> const& work,
          std::optional<std::int64_t> if_match = {}) {
    auto const done = store->write_and_wait([&](Connection& database) -> Result<void> {
      Transaction tx{.database = database, .caller = caller, .now = ++now, .if_match = if_match};
      work(tx);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string make(Principal const& caller, std::string const& name, std::string const& visibility = "PRIVATE") {
    std::string id;
    in(caller, [&](Transaction& tx) {
      auto const made =
          create(tx, thing, {.document = {{"name", name}, {"text", "about " + name}}, .visibility = visibility});
      ASSERT_TRUE(made) << made.error().message;
      id = made->id;
    });
    return id;
  }
  /// The role that get() lets somebody have, or none if it says that there is no such thing.
  Role seen(Principal const& caller, std::string const& id) {
    Role role = Role::none;
    in(caller, [&](Transaction& tx) {
      auto const found = get(tx, thing, id);
      if (found)
        role = found->role;
      else
        EXPECT_EQ(found.error().kind, ErrorKind::not_found);
    });
    return role;
  }
  std::string names(Principal const& caller, ListQuery const& query) {
    std::string text;
    in(caller, [&](Transaction& tx) {
      ListPage const page = list(tx, thing, query);
      for (Resource const& resource : page.content) text += resource.name + " ";
      text += "of " + std::to_string(page.total);
    });
    return text;
  }

  TemporaryDirectory const directory;
  std::unique_ptr<Store> const store = *Store::open(directory.path());
  std::int64_t now = 1'700'000'000'000'000;
  Principal ada, bob;
};

TEST_F(ResourceTest, WhatIsStoredIsFoundUnchangedByItsOwnerAndMissingForStrangers) {
  std::string const id = make(ada, "first");
  in(ada, [&](Transaction& tx) {
    auto const found = get(tx, thing, id, Role::owner);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->document.at("text").as_string(), "about first");
    EXPECT_EQ(found->version, 1);
  });
  EXPECT_EQ(seen(bob, id), Role::none);
  EXPECT_EQ(seen(ada, "no such id"), Role::none);
}

TEST_F(ResourceTest, MembersActInTheirRole) {
  std::string const id = make(member(ada, Role::maintainer), "ours");
  EXPECT_EQ(seen(member(bob, Role::viewer), id), Role::viewer);
  EXPECT_EQ(seen(ada, id), Role::none) << "the maker has it as a member only";
  in(member(bob, Role::viewer), [&](Transaction& tx) {
    EXPECT_EQ(get(tx, thing, id, Role::maintainer).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(create(tx, thing, {.document = {{"name", "mine"}}}).error().kind, ErrorKind::forbidden);
  });
}

TEST_F(ResourceTest, AGrantCountsUntilRevokedAndWithinItsWindow) {
  std::string const id = make(ada, "shared");
  std::string grant_id;
  in(ada, [&](Transaction& tx) {
    Resource const resource = *get(tx, thing, id);
    grant_id = add_grant(tx, resource, "BOB@example.org", Role::maintainer)->id;
    EXPECT_EQ(add_grant(tx, resource, "nobody", Role::viewer).error().kind, ErrorKind::invalid_argument);
    EXPECT_EQ(add_grant(tx, resource, ada.user_id, Role::viewer).error().kind, ErrorKind::conflict);
  });
  EXPECT_EQ(seen(bob, id), Role::maintainer);
  EXPECT_EQ(names(bob, {}), "shared of 1");
  auto const change = [&](std::function<void(Grant&)> const& edit) {
    in(ada, [&](Transaction& tx) {
      Grant grant = *find_grant(tx, *get(tx, thing, id), grant_id);
      edit(grant);
      save_grant(tx, grant);
    });
  };
  change([&](Grant& grant) { grant.windows = {{"w", now - 1000, now + 1000}}; });
  EXPECT_EQ(seen(bob, id), Role::maintainer);
  change([&](Grant& grant) { grant.windows.push_back({"later", now + 500, now + 1000}); });
  EXPECT_EQ(seen(bob, id), Role::none);
  EXPECT_EQ(names(bob, {}), "of 0");
  change([&](Grant& grant) {
    grant.windows.clear();
    grant.revoked_at = now;
  });
  EXPECT_EQ(seen(bob, id), Role::none);
}

TEST_F(ResourceTest, AGrantToAnOrganizationGivesItsMembersAtMostTheirRole) {
  std::string const id = make(ada, "shared");
  in(ada, [&](Transaction& tx) { ASSERT_TRUE(add_grant(tx, *get(tx, thing, id), "org", Role::maintainer)); });
  EXPECT_EQ(seen(member(bob, Role::owner), id), Role::maintainer);
  EXPECT_EQ(seen(member(bob, Role::viewer), id), Role::viewer);
  EXPECT_EQ(seen(bob, id), Role::none);
}

TEST_F(ResourceTest, VisibilityLetsOthersReadAndNoMore) {
  std::string const everyone = make(ada, "public", "PUBLIC");
  std::string const internal = make(member(ada, Role::owner), "internal", "INTERNAL");
  EXPECT_EQ(seen(bob, everyone), Role::viewer);
  EXPECT_EQ(seen(Principal{}, everyone), Role::viewer);
  EXPECT_EQ(seen(bob, internal), Role::none);
  in(ada, [&](Transaction& tx) {
    put_member(tx.database, {.invitation_id = "i",
                             .organization_id = "org",
                             .user_id = bob.user_id,
                             .role = Role::owner,
                             .status = "ACCEPTED",
                             .inviter_id = ada.user_id});
  });
  EXPECT_EQ(seen(bob, internal), Role::viewer) << "in whatever context";
  make(bob, "own");
  EXPECT_EQ(names(bob, {.access = Access::all}), "own internal public of 3");
  EXPECT_EQ(names(bob, {.access = Access::internal}), "internal of 1");
  EXPECT_EQ(names(bob, {.access = Access::everyone}), "public of 1");
  EXPECT_EQ(names(bob, {}), "own of 1");
}

TEST_F(ResourceTest, ListsArePagedAndSorted) {
  for (char const* name : {"c", "a", "D", "b", "e"}) make(ada, name);
  EXPECT_EQ(names(ada, {}), "e b D a c of 5") << "the newest first";
  ListQuery query{.order = {{SortBy::name, false, "name"}}, .page = 1, .size = 2};
  EXPECT_EQ(names(ada, query), "c D of 5");
  query.order[0].descending = true;
  query.page = 2;
  EXPECT_EQ(names(ada, query), "a of 5");
  auto const refused = read_list_query(thing, 0, 10, std::vector<std::string>{"colour,asc"});
  EXPECT_EQ(refused.error().details.at(0).where, "sort");
  EXPECT_TRUE(read_list_query(thing, 0, 10, std::vector<std::string>{"name,desc", "createdAt"}));
}

TEST_F(ResourceTest, SearchFindsPartsOfTextsAsTheyAreNow) {
  std::string const id = make(ada, "Grover");
  make(ada, "Shor");
  EXPECT_EQ(names(ada, {.text = "ROVE"}), "Grover of 1");
  EXPECT_EQ(names(ada, {.text = "or"}), "Shor of 1") << "shorter than a trigram";
  EXPECT_EQ(names(ada, {.text = "\"OR name: x*"}), "of 0") << "nothing is an operator";
  EXPECT_EQ(names(ada, {.text = "  "}), "Shor Grover of 2");
  in(ada, [&](Transaction& tx) {
    Resource resource = *get(tx, thing, id);
    resource.document["text"] = "searches";
    ASSERT_TRUE(save(tx, thing, resource));
  });
  EXPECT_EQ(names(ada, {.text = "search"}), "Grover of 1");
  EXPECT_EQ(names(ada, {.text = "about Gr"}), "of 0");
  EXPECT_EQ(names(bob, {.text = "search"}), "of 0");
}

TEST_F(ResourceTest, NamesAreUniqueWhereTheKindSaysSoAndWithinLimits) {
  make(ada, "once");
  make(bob, "once");
  in(ada, [&](Transaction& tx) {
    EXPECT_EQ(create(tx, thing, {.document = {{"name", "ONCE"}}}).error().kind, ErrorKind::conflict);
    EXPECT_EQ(create(tx, thing, {.document = {}}).error().details.at(0).where, "name");
    EXPECT_EQ(create(tx, thing, {.document = {{"name", std::string(21, 'x')}}}).error().kind,
              ErrorKind::invalid_argument);
    EXPECT_EQ(find_by_name(tx, thing, ada.tenant_id, "Once")->name, "once");
  });
}

TEST_F(ResourceTest, OnlyTheVersionThatTheCallerKnowsIsChanged) {
  std::string const id = make(ada, "versioned");
  in(ada, [&](Transaction& tx) {
    Resource one = *get(tx, thing, id), two = one;
    ASSERT_TRUE(save(tx, thing, one));
    EXPECT_EQ(one.version, 2);
    EXPECT_EQ(save(tx, thing, two).error().kind, ErrorKind::conflict);
  });
  in(
      ada, [&](Transaction& tx) { EXPECT_EQ(get(tx, thing, id, Role::owner).error().kind, ErrorKind::conflict); }, 1);
  in(
      ada, [&](Transaction& tx) { EXPECT_TRUE(get(tx, thing, id, Role::owner)); }, 2);
}

TEST_F(ResourceTest, APartBelongsToItsParentAndGoesWithIt) {
  std::string const id = make(ada, "whole"), other = make(ada, "other");
  in(ada, [&](Transaction& tx) {
    Resource const whole = *get(tx, thing, id), stranger = *get(tx, thing, other);
    auto const part = create(tx, piece, {.document = {{"name", "part"}}, .parent = &whole});
    ASSERT_TRUE(part);
    link(tx, "knows", stranger, whole);
    EXPECT_EQ(parts(tx, piece, whole).size(), 1u);
    EXPECT_TRUE(get_part(tx, piece, whole, part->id));
    EXPECT_EQ(get_part(tx, piece, stranger, part->id).error().kind, ErrorKind::not_found);
    remove(tx, whole);
    EXPECT_FALSE(find(tx, piece, part->id));
    EXPECT_TRUE(linked_from(tx, "knows", stranger).empty());
  });
  EXPECT_EQ(names(ada, {.text = "whole"}), "of 0");
}

}  // namespace
}  // namespace qhub::hub
