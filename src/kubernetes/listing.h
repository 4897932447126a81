#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"
#include "kubernetes/objects.h"

namespace narrows::kubernetes {

// Calls `on_item` with each object of the type, in all namespaces, page by page. A list that the
// server has forgotten half-way (410) is an Error, as whatever else goes wrong.
Status ForEachListed(ApiClient& client, const ResourceType& type, const CallContext& context,
                     const std::function<Status(ObjectReader&, std::string_view)>& on_item);

// Appends all objects of a type as `read` reads them. One that cannot be read is an Error: what is
// said of the rest would be wrong without it.
template <typename T>
Status ListAll(ApiClient& client, const ResourceType& type, const CallContext& context,
               Result<T> (ObjectReader::*read)(std::string_view), std::vector<T>* all) {
  return ForEachListed(client, type, context,
                       [&](ObjectReader& reader, std::string_view item) -> Status {
                         ASSIGN_OR_RETURN(T object, (reader.*read)(item));
                         all->push_back(std::move(object));
                         return Ok();
                       });
}

}  // namespace narrows::kubernetes
