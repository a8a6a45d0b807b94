#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "qhub/api/codec.h"
#include "qhub/hub/resource/list.h"
#include "qhub/hub/resource/resource.h"

/// Between documents and the types of the contract, whose tables do the work.
namespace qhub::hub {

/// The members of a request's body that were given.
template <class Request>
JsonObject to_document(Request const& request) {
  Json json = *api::parse(api::encode(request));
  JsonObject document;
  // What the contract does not know is not kept.
  for (api::Field const& field : api::describe<Request>().fields)
    if (field.place == api::FieldPlace::body)
      if (Json* member = json.get_object().if_contains(field.name)) document[field.name] = std::move(*member);
  return document;
}

/// Puts the members of a request's body in place of those of the document; one that was not given is removed.
template <class Request>
void replace_members(JsonObject& document, Request const& request) {
  for (api::Field const& field : api::describe<Request>().fields)
    if (field.place == api::FieldPlace::body) document.erase(field.name);
  for (auto& [name, value] : to_document(request)) document[name] = std::move(value);
}

/// The document with what every resource has beside it: id, createdAt, visibility, currentUserPermission, version.
[[nodiscard]] JsonObject full_document(Resource const& resource);

/// A resource as a type of the contract: of the full document the members that the type has, and the version.
template <class T>
T to_wire(Resource const& resource) {
  auto decoded = api::decode<T>(Json(full_document(resource)));
  if (!decoded) throw std::logic_error("stored " + resource.kind + " " + resource.id + ": " + decoded.error().message);
  decoded->extras.clear();
  decoded->extras["version"] = resource.version;
  return std::move(*decoded);
}

/// The same for a document inside of one.
template <class T>
T to_wire(Json const& document) {
  auto decoded = api::decode<T>(document);
  if (!decoded) throw std::logic_error("stored document: " + decoded.error().message);
  return std::move(*decoded);
}

template <class T>
std::vector<T> to_wire_list(std::vector<Resource> const& resources) {
  std::vector<T> list;
  list.reserve(resources.size());
  for (Resource const& resource : resources) list.push_back(to_wire<T>(resource));
  return list;
}

/// Fills the numbers of a page document, whose `content` is there already.
template <class Page>
void fill_page(Page& page, ListQuery const& query, std::int64_t total) {
  page.page = page.number = query.page;
  page.size = query.size;
  page.total_elements = total;
  page.total_pages = (total + query.size - 1) / query.size;
  page.number_of_elements = static_cast<std::int64_t>(page.content.size());
  page.empty = page.content.empty();
  page.first = query.page == 0;
  page.last = query.page + 1 >= page.total_pages;
  page.sort.emplace();
  for (ListQuery::Order const& order : query.order) {
    auto& entry = page.sort->emplace_back();
    entry.property = order.property;
    entry.direction = order.descending ? "DESC" : "ASC";
  }
}

/// A page of resources as a type of the contract; `convert` makes one element.
template <class Page, class Convert>
Page to_page(ListPage const& found, Convert convert) {
  Page page;
  for (Resource const& resource : found.content) page.content.push_back(convert(resource));
  fill_page(page, found.query, found.total);
  return page;
}
template <class Page>
Page to_page(ListPage const& found) {
  using Element = typename decltype(Page::content)::value_type;
  return to_page<Page>(found, [](Resource const& resource) { return to_wire<Element>(resource); });
}

}  // namespace qhub::hub
