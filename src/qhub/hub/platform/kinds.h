#pragma once

#include "qhub/hub/resource/resource.h"

/// The kinds of resources of the platform, each with what the mechanism in hub/resource has to know about it.
namespace qhub::hub::kinds {

inline constexpr SortProperty catalogue_sorts[] = {{"createdAt", SortBy::created_at}, {"name", SortBy::name}};

inline constexpr std::string_view algorithm_texts[] = {"name",    "acronym",  "intent",
                                                       "problem", "solution", "assumptions"};
inline constexpr TextLimit algorithm_limits[] = {{"name", 1, 255}};
inline constexpr Kind algorithm{.name = "algorithm",
                                .name_member = "name",
                                .searched = algorithm_texts,
                                .limits = algorithm_limits,
                                .sorts = catalogue_sorts};
inline constexpr Kind algorithm_relation{.name = "algorithm relation"};

/// Of an algorithm or a use case: a description, and an image.
inline constexpr TextLimit sketch_limits[] = {{"description", 0, 10'000}};
inline constexpr Kind sketch{.name = "sketch", .limits = sketch_limits};

inline constexpr SortProperty use_case_sorts[] = {
    {"createdAt", SortBy::created_at}, {"title", SortBy::name}, {"name", SortBy::name}};
inline constexpr std::string_view use_case_texts[] = {"title", "shortDescription", "description"};
inline constexpr TextLimit use_case_limits[] = {{"title", 1, 255}, {"shortDescription", 0, 2000}};
inline constexpr Kind use_case{.name = "use case",
                               .name_member = "title",
                               .searched = use_case_texts,
                               .limits = use_case_limits,
                               .sorts = use_case_sorts};
inline constexpr TextLimit author_limits[] = {{"name", 1, 255}, {"url", 0, 2000}};
inline constexpr Kind author{.name = "author", .name_member = "name", .limits = author_limits};
/// The demo of a use case, which has at most one.
inline constexpr Kind demo{.name = "demo", .unique = Kind::Unique::in_parent};

/// A repository of git belongs to each; the name is the last part of its address.
inline constexpr SortProperty implementation_sorts[] = {
    {"createdAt", SortBy::created_at}, {"displayName", SortBy::label}, {"name", SortBy::name}};
inline constexpr std::string_view implementation_texts[] = {"name", "displayName", "summary"};
inline constexpr TextLimit implementation_limits[] = {{"name", 1, 255}, {"displayName", 0, 255}, {"summary", 0, 2000}};
inline constexpr Kind implementation{.name = "implementation",
                                     .name_member = "repositoryFullPath",
                                     .label_member = "displayName",
                                     .unique = Kind::Unique::everywhere,
                                     .searched = implementation_texts,
                                     .limits = implementation_limits,
                                     .sorts = implementation_sorts};

inline constexpr TextLimit git_integration_limits[] = {{"name", 1, 255}};
inline constexpr Kind git_integration{
    .name = "git integration", .name_member = "name", .limits = git_integration_limits};

/// Its state is the lifecycle: CREATED, ACCESSIBLE (then its visibility is INTERNAL) or PUBLISHED (PUBLIC). It has one
/// definition, which has the id of the service.
inline constexpr SortProperty service_sorts[] = {
    {"createdAt", SortBy::created_at}, {"name", SortBy::name}, {"displayName", SortBy::label}};
inline constexpr std::string_view service_texts[] = {"name", "displayName", "summary", "description"};
inline constexpr TextLimit service_limits[] = {{"name", 1, 255}, {"displayName", 0, 70}};
inline constexpr Kind service{.name = "service",
                              .name_member = "name",
                              .label_member = "displayName",
                              .unique = Kind::Unique::in_tenant,
                              .searched = service_texts,
                              .limits = service_limits,
                              .sorts = service_sorts};

}  // namespace qhub::hub::kinds

/// What links between resources mean.
namespace qhub::hub::links {

inline constexpr std::string_view relation_to_algorithm = "relation algorithm";  ///< The other end of a relation.
inline constexpr std::string_view use_case_algorithm = "use-case algorithm";
inline constexpr std::string_view use_case_service = "use-case service";

}  // namespace qhub::hub::links
