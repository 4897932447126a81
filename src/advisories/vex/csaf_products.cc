#include "advisories/vex/csaf_products.h"

#include <boost/json/array.hpp>

#include "advisories/vex/format_readers.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::advisories::vex {

namespace json = boost::json;

namespace {

constexpr int kMostBranches = 16;  // in one another
// A product of a relationship may be part of one again: a package of a module of a release.
constexpr int kMostRelationships = 6;
constexpr size_t kMostPath = 8;

bool IsVersion(std::string_view name) {
  if (name.starts_with('v') || name.starts_with('V')) name.remove_prefix(1);
  return !name.empty() && name.front() >= '0' && name.front() <= '9';
}

// Section 3.1.3.3, "product_identification_helper".
Component Identified(const json::object& product) {
  Component component;
  const json::object* helper = JsonObject(product, "product_identification_helper");
  if (!helper) return component;
  AddIdentifier(Text(*helper, "purl"), component);
  AddIdentifier(Text(*helper, "cpe"), component);
  const json::array* hashes = JsonArray(*helper, "hashes");
  for (const json::value& value : hashes ? *hashes : json::array()) {
    const json::object* file = value.if_object();
    const json::array* of_file = file ? JsonArray(*file, "file_hashes") : nullptr;
    for (const json::value& hash : of_file ? *of_file : json::array()) {
      const json::object* object = hash.if_object();
      if (object && ToLower(Text(*object, "algorithm", 20)) == "sha256")
        AddIdentifier("sha256:" + ToLower(Text(*object, "value", 100)), component);
    }
  }
  return component;
}

bool HasVersion(const Component& component) {
  for (const ecosystems::Purl& purl : component.purls) {
    if (!purl.version.empty()) return true;
  }
  return false;
}

}  // namespace

Result<CsafProducts> CsafProducts::Read(const json::object& root, const Limits& limits) {
  CsafProducts products;
  products.most_ = limits.products;
  const json::object* tree = JsonObject(root, "product_tree");
  if (!tree) return products;
  RETURN_IF_ERROR(products.ReadBranches(*tree, {}, 0));
  if (const json::array* names = JsonArray(*tree, "full_product_names")) {
    for (const json::value& value : *names) {
      if (const json::object* product = value.if_object())
        RETURN_IF_ERROR(products.ReadProduct(*product, {}));
    }
  }
  RETURN_IF_ERROR(products.ReadRelationships(*tree));
  products.ReadGroups(*tree);
  return products;
}

narrows::Status CsafProducts::ReadBranches(const json::object& parent, const Version& version,
                                           int depth) {
  const json::array* branches = JsonArray(parent, "branches");
  if (!branches) return Ok();
  if (depth == kMostBranches)
    return ResourceExhausted("product_tree: branches in one another, more than " +
                             std::to_string(kMostBranches) + " deep");
  for (const json::value& value : *branches) {
    const json::object* branch = value.if_object();
    if (!branch) continue;
    Version here = version;
    const std::string category = Text(*branch, "category", 100);
    const std::string name = Text(*branch, "name");
    // The name of a product_version is often that of the product once more.
    if (category == "product_version" && IsVersion(name)) here = {name, ""};
    if (category == "product_version_range") here = {"", name};
    if (const json::object* product = JsonObject(*branch, "product"))
      RETURN_IF_ERROR(ReadProduct(*product, here));
    RETURN_IF_ERROR(ReadBranches(*branch, here, depth + 1));
  }
  return Ok();
}

narrows::Status CsafProducts::ReadProduct(const json::object& product, const Version& version) {
  Entry entry;
  entry.component = Identified(product);
  if (!HasVersion(entry.component)) {
    entry.component.version = version.exact;
    entry.component.range = version.range;
  }
  return Add(Text(product, "product_id"), std::move(entry));
}

narrows::Status CsafProducts::ReadRelationships(const json::object& tree) {
  const json::array* relationships = JsonArray(tree, "relationships");
  if (!relationships) return Ok();
  for (const json::value& value : *relationships) {
    const json::object* relationship = value.if_object();
    const json::object* name =
        relationship ? JsonObject(*relationship, "full_product_name") : nullptr;
    if (!name) continue;
    Entry entry;
    entry.part = Text(*relationship, "product_reference");
    entry.whole = Text(*relationship, "relates_to_product_reference");
    RETURN_IF_ERROR(Add(Text(*name, "product_id"), std::move(entry)));
  }
  return Ok();
}

void CsafProducts::ReadGroups(const json::object& tree) {
  const json::array* groups = JsonArray(tree, "product_groups");
  if (!groups) return;
  for (const json::value& value : *groups) {
    const json::object* group = value.if_object();
    const json::array* ids = group ? JsonArray(*group, "product_ids") : nullptr;
    if (!ids) continue;
    std::vector<std::string>& members = groups_[Text(*group, "group_id")];
    for (const json::value& id : *ids) {
      if (const auto* text = id.if_string()) members.emplace_back(text->data(), text->size());
    }
  }
}

narrows::Status CsafProducts::Add(const std::string& id, Entry entry) {
  if (id.empty()) return Ok();
  if (entries_.size() >= most_)
    return ResourceExhausted("product_tree: more than " + std::to_string(most_) + " products");
  // Ids are to be unique (section 6.1.2); of an id defined twice none can say which is meant.
  const auto [at, added] = entries_.try_emplace(id, std::move(entry));
  if (!added) at->second = Entry{};
  return Ok();
}

bool CsafProducts::AppendPath(const std::string& id, int depth,
                              std::vector<Component>& path) const {
  const auto found = entries_.find(id);
  if (found == entries_.end() || depth > kMostRelationships || path.size() > kMostPath)
    return false;
  const Entry& entry = found->second;
  if (entry.part.empty() && entry.whole.empty()) {
    path.push_back(entry.component);
    return true;
  }
  return AppendPath(entry.part, depth + 1, path) && AppendPath(entry.whole, depth + 1, path);
}

std::optional<Product> CsafProducts::Find(const std::string& id) const {
  Product product;
  if (!AppendPath(id, 0, product.path)) return std::nullopt;
  return product;
}

const std::vector<std::string>& CsafProducts::Group(const std::string& id) const {
  static const std::vector<std::string> kNone;
  const auto found = groups_.find(id);
  return found == groups_.end() ? kNone : found->second;
}

}  // namespace narrows::advisories::vex
