#include "kubernetes/listing.h"

namespace narrows::kubernetes {
namespace {

constexpr int kPageSize = 2000;

}  // namespace

Status ForEachListed(ApiClient& client, const ResourceType& type, const CallContext& context,
                     const std::function<Status(ObjectReader&, std::string_view)>& on_item) {
  ObjectReader pages;
  ObjectReader items;
  ListOptions options;
  options.limit = kPageSize;
  const std::string what = "listing " + type.plural;
  do {
    ASSIGN_OR_RETURN_WITHIN(const std::string body, client.List(type, options, context), what);
    ASSIGN_OR_RETURN_WITHIN(
        const ListPage page,
        pages.ReadList(body, [&](std::string_view item) { return on_item(items, item); }), what);
    options.continue_token = page.continue_token;
  } while (!options.continue_token.empty());
  return Ok();
}

}  // namespace narrows::kubernetes
