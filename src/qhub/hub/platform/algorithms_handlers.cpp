#include "qhub/platform/algorithms_handlers.h"

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/platform/catalogue_handlers.h"
#include "qhub/hub/platform/mount.h"

namespace qhub::hub {
namespace {

constexpr std::string_view collection = "algorithms";

/// How two algorithms may relate: read from source to target, and back.
struct RelationType {
  std::string_view id;
  std::string_view name;
  std::string_view inverse;
};
constexpr RelationType relation_types[] = {
    {"specializes", "specializes", "generalizes"},
    {"extends", "extends", "is extended by"},
    {"uses", "uses", "is used by"},
    {"succeeds", "succeeds", "is succeeded by"},
    {"alternative", "is an alternative to", "is an alternative to"},
};

RelationType const* find_relation_type(std::string_view id) {
  auto const found = std::ranges::find(relation_types, id, &RelationType::id);
  return found == std::end(relation_types) ? nullptr : found;
}

platform::AlgorithmRelationType relation_type_dto(RelationType const& type) {
  platform::AlgorithmRelationType dto;
  dto.id = type.id;
  dto.name = type.name;
  dto.inverse_type_name = type.inverse;
  return dto;
}

/// Its own relations, and those that other algorithms have to it.
std::vector<Resource> relations_of(Transaction& tx, Resource const& algorithm) {
  std::vector<Resource> relations = parts(tx, kinds::algorithm_relation, algorithm);
  std::ranges::move(linked_to(tx, links::relation_to_algorithm, algorithm), std::back_inserter(relations));
  return relations;
}

platform::AlgorithmRelationDto relation_dto(Transaction& tx, Resource const& relation) {
  auto dto = to_wire<platform::AlgorithmRelationDto>(relation);
  auto const name = [&](std::optional<std::string> const& id) -> std::optional<std::string> {
    auto const algorithm = find(tx, kinds::algorithm, id.value_or(""));
    if (!algorithm || algorithm->role == Role::none) return std::nullopt;
    return algorithm->name;
  };
  dto.source_algorithm_name = name(dto.source_algorithm_id);
  dto.target_algorithm_name = name(dto.target_algorithm_id);
  if (auto const* type = find_relation_type(text_member(relation.document, "relationTypeId").value_or("")))
    dto.algorithm_relation_type = relation_type_dto(*type);
  return dto;
}

/// The other algorithm of a relation that a maintainer of `algorithm` asks for.
template <class Request>
Result<Resource> other_end(Transaction& tx, Resource const& algorithm, Request const& request) {
  if (!find_relation_type(request.relation_type_id))
    return invalid("relationTypeId", "is none of those that GET /algorithm-relation-types lists");
  bool const from_here = request.source_algorithm_id == algorithm.id;
  if (!from_here && request.target_algorithm_id != algorithm.id)
    return invalid("sourceAlgorithmId", "or targetAlgorithmId has to be the algorithm in the path");
  std::string const other = from_here ? request.target_algorithm_id : request.source_algorithm_id;
  std::string const field = from_here ? "targetAlgorithmId" : "sourceAlgorithmId";
  if (other == algorithm.id) return invalid(field, "has to be another algorithm");
  auto found = get(tx, kinds::algorithm, other);
  if (!found) return invalid(field, "is no algorithm that you can see");
  return found;
}

class Algorithms final : public platform::AlgorithmsHandlers, CatalogueHandlers {
 public:
  explicit Algorithms(Transactions const& transactions)
      : CatalogueHandlers(transactions, kinds::algorithm, collection) {}

  Answer<platform::PageResponseAlgorithmOverviewDto> get_algorithms(Call& call,
                                                                    platform::GetAlgorithmsRequest request) override {
    return read(call, [request](Transaction& tx) -> Result<platform::PageResponseAlgorithmOverviewDto> {
      auto const found =
          list_catalogue(tx, kinds::algorithm, request.access, request.q, request.page, request.size, request.sort);
      if (!found) return found.error();
      return to_page<platform::PageResponseAlgorithmOverviewDto>(*found);
    });
  }
  Answer<platform::AlgorithmDto> create_algorithm(Call& call, platform::CreateAlgorithmRequest request) override {
    return write(call, [request](Transaction& tx) -> Result<platform::AlgorithmDto> {
      auto const algorithm = create(tx, kinds::algorithm, {.document = to_document(request)});
      if (!algorithm) return algorithm.error();
      return algorithm_dto(tx, *algorithm);
    });
  }
  Answer<platform::AlgorithmDto> get_algorithm(Call& call, std::string id) override {
    return read(call, kinds::algorithm, id, algorithm_dto);
  }
  Answer<platform::AlgorithmDto> update_algorithm(Call& call, std::string id,
                                                  platform::UpdateAlgorithmRequest request) override {
    return write(call, kinds::algorithm, id, Role::maintainer,
                 [request](Transaction& tx, Resource& algorithm) -> Result<platform::AlgorithmDto> {
                   replace_members(algorithm.document, request);
                   if (auto const saved = save(tx, kinds::algorithm, algorithm); !saved) return saved.error();
                   return algorithm_dto(tx, algorithm);
                 });
  }
  Answer<void> delete_algorithm(Call& call, std::string id, platform::DeleteAlgorithmRequest request) override {
    return write(call, kinds::algorithm, id, Role::owner,
                 [force = request.force.value_or(false)](Transaction& tx, Resource& algorithm) -> Result<void> {
                   auto const relations = linked_to(tx, links::relation_to_algorithm, algorithm);
                   bool const linked = !linked_to(tx, links::use_case_algorithm, algorithm).empty();
                   if ((linked || !relations.empty()) && !force)
                     return conflict("use cases or other algorithms link to this one; force=true deletes it");
                   for (Resource const& relation : relations) remove(tx, relation);
                   remove(tx, algorithm);
                   return {};
                 });
  }
  Answer<void> set_algorithm_visibility(Call& call, std::string id,
                                        platform::SetAlgorithmVisibilityRequest request) override {
    return show(call, std::move(id), request.type);
  }

  Answer<platform::SketchDto> create_algorithm_sketch(Call& call, std::string id,
                                                      platform::CreateAlgorithmSketchRequest request) override {
    return make_sketch(call, std::move(id), std::move(request.description));
  }
  Answer<platform::SketchDto> get_algorithm_sketch(Call& call, std::string id, std::string sketch_id) override {
    return sketch(call, std::move(id), std::move(sketch_id));
  }
  Answer<platform::SketchDto> update_algorithm_sketch(Call& call, std::string id, std::string sketch_id,
                                                      platform::UpdateAlgorithmSketchRequest request) override {
    return change_sketch(call, std::move(id), std::move(sketch_id), std::move(request.description));
  }
  Answer<void> delete_algorithm_sketch(Call& call, std::string id, std::string sketch_id) override {
    return remove_part(call, kinds::sketch, std::move(id), std::move(sketch_id));
  }
  Answer<Response> get_algorithm_sketch_image(Call& call, std::string id, std::string sketch_id) override {
    return part_image(call, kinds::sketch, std::move(id), std::move(sketch_id));
  }
  Answer<void> upload_algorithm_sketch_image(Call& call, std::string id, std::string sketch_id,
                                             platform::UploadAlgorithmSketchImageRequest request) override {
    return put_part_image(call, kinds::sketch, std::move(id), std::move(sketch_id), std::move(request.file));
  }

  Answer<std::vector<platform::AlgorithmRelationDto>> get_algorithm_relations(Call& call, std::string id) override {
    return read(call, kinds::algorithm, id, [](Transaction& tx, Resource const& algorithm) {
      std::vector<platform::AlgorithmRelationDto> dtos;
      for (Resource const& relation : relations_of(tx, algorithm)) dtos.push_back(relation_dto(tx, relation));
      return dtos;
    });
  }
  Answer<platform::AlgorithmRelationDto> create_algorithm_relation(
      Call& call, std::string id, platform::CreateAlgorithmRelationRequest request) override {
    return write(call, kinds::algorithm, id, Role::maintainer,
                 [request](Transaction& tx, Resource& algorithm) -> Result<platform::AlgorithmRelationDto> {
                   auto const other = other_end(tx, algorithm, request);
                   if (!other) return other.error();
                   auto const relation =
                       create(tx, kinds::algorithm_relation, {.document = to_document(request), .parent = &algorithm});
                   if (!relation) return relation.error();
                   link(tx, links::relation_to_algorithm, *relation, *other);
                   return relation_dto(tx, *relation);
                 });
  }
  Answer<platform::AlgorithmRelationDto> get_algorithm_relation(Call& call, std::string id,
                                                                std::string relation_id) override {
    return read(call, kinds::algorithm, id,
                [relation_id](Transaction& tx, Resource const& algorithm) -> Result<platform::AlgorithmRelationDto> {
                  for (Resource const& relation : relations_of(tx, algorithm))
                    if (relation.id == relation_id) return relation_dto(tx, relation);
                  return not_found("the algorithm " + algorithm.id + " has no relation " + relation_id);
                });
  }
  Answer<platform::AlgorithmRelationDto> update_algorithm_relation(
      Call& call, std::string id, std::string relation_id, platform::UpdateAlgorithmRelationRequest request) override {
    return write(
        call, kinds::algorithm, id, Role::maintainer,
        [relation_id, request](Transaction& tx, Resource& algorithm) -> Result<platform::AlgorithmRelationDto> {
          auto relation = get_part(tx, kinds::algorithm_relation, algorithm, relation_id);
          if (!relation) return relation.error();
          auto const other = other_end(tx, algorithm, request);
          if (!other) return other.error();
          for (Resource const& former : linked_from(tx, links::relation_to_algorithm, *relation))
            unlink(tx, links::relation_to_algorithm, *relation, former);
          link(tx, links::relation_to_algorithm, *relation, *other);
          replace_members(relation->document, request);
          if (auto const saved = save(tx, kinds::algorithm_relation, *relation); !saved) return saved.error();
          return relation_dto(tx, *relation);
        });
  }
  Answer<void> delete_algorithm_relation(Call& call, std::string id, std::string relation_id) override {
    return remove_part(call, kinds::algorithm_relation, std::move(id), std::move(relation_id));
  }
  Answer<platform::PageResponseAlgorithmRelationTypeDto> get_algorithm_relation_types(Call&) override {
    platform::PageResponseAlgorithmRelationTypeDto page;
    for (RelationType const& type : relation_types) page.content.push_back(relation_type_dto(type));
    fill_page(page, ListQuery{}, std::size(relation_types));
    return ready<platform::PageResponseAlgorithmRelationTypeDto>(std::move(page));
  }

  Answer<std::vector<platform::AccessPermissionDto>> get_algorithm_access_permissions(Call& call,
                                                                                      std::string id) override {
    return permissions(call, std::move(id));
  }
  Answer<void> add_algorithm_access_permission(Call& call, std::string id,
                                               platform::AddAlgorithmAccessPermissionRequest request) override {
    return permit(call, std::move(id), std::move(request.sid), std::move(request.access_permission_role));
  }
  Answer<void> remove_algorithm_access_permission(Call& call, std::string id, std::string sid) override {
    return forbid(call, std::move(id), std::move(sid));
  }
};

}  // namespace

Mounted mount_algorithms(Router& router, Platform const& platform) {
  return mount_new<Algorithms>(router, platform_prefix, platform.transactions);
}

}  // namespace qhub::hub
