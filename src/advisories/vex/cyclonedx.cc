// CycloneDX from 1.4 on, https://cyclonedx.org/docs/1.6/json/: vulnerabilities with an analysis, of
// the components that they affect.

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <map>
#include <utility>

#include "advisories/vex/format_readers.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::advisories::vex {
namespace {

namespace json = boost::json;

constexpr int kMostNested = 16;  // components in one another

// analysis.state
constexpr std::array<std::pair<std::string_view, Status>, 6> kStates = {{
    {"resolved", Status::kFixed},
    {"resolved_with_pedigree", Status::kFixed},
    {"exploitable", Status::kAffected},
    {"in_triage", Status::kUnderInvestigation},
    {"false_positive", Status::kNotAffected},
    {"not_affected", Status::kNotAffected},
}};

class Reader {
 public:
  Reader(const json::object& root, const Limits& limits)
      : root_(root), limits_(limits), builder_(Format::kCycloneDx, limits) {}

  Result<Document> Read() {
    RETURN_IF_ERROR(ReadHead());
    RETURN_IF_ERROR(ReadComponents(root_, 0));
    RETURN_IF_ERROR(ForEachObject(
        root_, "vulnerabilities",
        [&](const auto& object, const auto& place) { return ReadVulnerability(object, place); }));
    return std::move(builder_).Finish();
  }

 private:
  narrows::Status ReadHead() {
    Document& document = builder_.document();
    document.id = Text(root_, "serialNumber");
    if (const auto version = JsonInt(root_, "version"); version && !document.id.empty())
      document.id += "/" + std::to_string(*version);
    const json::object* metadata = JsonObject(root_, "metadata");
    if (!metadata) return Ok();
    ASSIGN_OR_RETURN(document.time, Time(*metadata, "timestamp", "metadata"));
    document.author = AuthorOf(*metadata);
    if (const json::object* component = JsonObject(*metadata, "component")) {
      if (Component whole = Identified(*component); IsImage(whole)) whole_ = std::move(whole);
      whole_ref_ = Text(*component, "bom-ref");
      if (!whole_ref_.empty()) components_.emplace(whole_ref_, Identified(*component));
      RETURN_IF_ERROR(ReadComponents(*component, 1));
    }
    return Ok();
  }

  static bool IsImage(const Component& component) {
    return !component.digests.empty() ||
           std::any_of(component.purls.begin(), component.purls.end(), [](const auto& purl) {
             return purl.type == "oci" || purl.type == "docker";
           });
  }

  static std::string AuthorOf(const json::object& metadata) {
    if (const json::array* authors = JsonArray(metadata, "authors")) {
      for (const json::value& value : *authors) {
        if (const json::object* author = value.if_object(); author && author->contains("name"))
          return Text(*author, "name");
      }
    }
    for (const char* key : {"supplier", "manufacturer", "manufacture"}) {
      if (const json::object* organisation = JsonObject(metadata, key))
        return Text(*organisation, "name");
    }
    return "";
  }

  static Component Identified(const json::object& object) {
    Component component;
    AddIdentifier(Text(object, "purl"), component);
    AddIdentifier(Text(object, "cpe"), component);
    const std::string version = Text(object, "version");
    const json::array* hashes = JsonArray(object, "hashes");
    for (const json::value& value : hashes ? *hashes : json::array()) {
      const json::object* hash = value.if_object();
      if (hash && Text(*hash, "alg", 20) == "SHA-256")
        AddIdentifier("sha256:" + ToLower(Text(*hash, "content", 100)), component);
    }
    // An image's version is its digest.
    if (version.starts_with("sha256:")) {
      AddIdentifier(version, component);
    } else if (component.purls.empty() || component.purls.front().version.empty()) {
      component.version = version;
    }
    return component;
  }

  narrows::Status ReadComponents(const json::object& parent, int depth) {
    const json::array* list = JsonArray(parent, "components");
    if (!list) return Ok();
    if (depth == kMostNested)
      return ResourceExhausted("components in one another, more than " +
                               std::to_string(kMostNested) + " deep");
    for (const json::value& value : *list) {
      const json::object* object = value.if_object();
      if (!object) continue;
      if (components_.size() >= limits_.products)
        return ResourceExhausted("more than " + std::to_string(limits_.products) + " components");
      if (std::string ref = Text(*object, "bom-ref"); !ref.empty())
        components_.emplace(std::move(ref), Identified(*object));
      RETURN_IF_ERROR(ReadComponents(*object, depth + 1));
    }
    return Ok();
  }

  narrows::Status ReadVulnerability(const json::object& object, const std::string& place) {
    const json::object* analysis = JsonObject(object, "analysis");
    if (!analysis) return Ok();
    Statement statement;
    statement.vulnerabilities = NamesOf(object);
    if (statement.vulnerabilities.empty()) {
      builder_.Note(place, "has no id");
      return Ok();
    }
    const std::string state = Text(*analysis, "state", 100);
    if (state.empty()) return Ok();  // says nothing yet
    const auto* const known = std::find_if(kStates.begin(), kStates.end(),
                                           [&](const auto& s) { return s.first == state; });
    if (known == kStates.end())
      return InvalidArgument(place + ".analysis.state: \"" + Printable(state, 60) +
                             "\" is no state of an analysis");
    statement.status = known->second;
    statement.justification = Text(*analysis, "justification", 100);
    statement.impact = Text(*analysis, "detail");
    for (const char* key : {"lastUpdated", "firstIssued"}) {
      if (statement.time) break;
      ASSIGN_OR_RETURN(statement.time, Time(*analysis, key, place + ".analysis"));
    }
    return ReadAffects(object, place, std::move(statement));
  }

  static std::vector<std::string> NamesOf(const json::object& object) {
    std::vector<std::string> names;
    if (std::string id = Text(object, "id", 200); !id.empty()) names.push_back(std::move(id));
    const json::array* references = JsonArray(object, "references");
    for (const json::value& value : references ? *references : json::array()) {
      const json::object* reference = value.if_object();
      std::string id = reference ? Text(*reference, "id", 200) : "";
      if (!id.empty() && names.size() < 100) names.push_back(std::move(id));
    }
    return names;
  }

  // The analysis is of the versions that are affected; those that are not stand beside it.
  narrows::Status ReadAffects(const json::object& object, const std::string& place,
                              Statement statement) {
    Statement unaffected = statement;
    unaffected.status = Status::kNotAffected;
    unaffected.justification.clear();
    unaffected.impact.clear();
    const json::array* affects = JsonArray(object, "affects");
    if (!affects || affects->empty()) {
      builder_.Note(place + ".affects", "names no component");
      return Ok();
    }
    for (size_t i = 0; i < affects->size(); ++i) {
      const std::string at = place + "." + Element("affects", i);
      const json::object* affected = (*affects)[i].if_object();
      if (!affected) return InvalidArgument(at + ": is not an object");
      const Product product = ProductOf(Text(*affected, "ref"), at);
      const json::array* versions = JsonArray(*affected, "versions");
      if (!versions || versions->empty()) {
        ASSIGN_OR_RETURN(const uint32_t number, builder_.AddProduct(product));
        statement.products.push_back(number);
        continue;
      }
      RETURN_IF_ERROR(ReadVersions(*versions, product, statement, unaffected));
    }
    if (!unaffected.products.empty()) RETURN_IF_ERROR(builder_.AddStatement(std::move(unaffected)));
    if (!statement.products.empty()) RETURN_IF_ERROR(builder_.AddStatement(std::move(statement)));
    return Ok();
  }

  narrows::Status ReadVersions(const json::array& versions, const Product& product,
                               Statement& affected, Statement& unaffected) {
    for (const json::value& value : versions) {
      const json::object* version = value.if_object();
      if (!version) continue;
      const std::string status = Text(*version, "status", 20);
      if (!status.empty() && status != "affected" && status != "unaffected") continue;
      Product of_version = product;
      Component& component = of_version.path.front();
      component.version = Text(*version, "version");
      component.range = Text(*version, "range");
      if (component.version.empty() && component.range.empty()) continue;
      for (ecosystems::Purl& purl : component.purls) purl.version.clear();
      ASSIGN_OR_RETURN(const uint32_t number, builder_.AddProduct(std::move(of_version)));
      (status == "unaffected" ? unaffected : affected).products.push_back(number);
    }
    return Ok();
  }

  // A reference to a component of this document, or of another by a BOM link, or, as many write, a
  // purl that no component has for its reference.
  Product ProductOf(const std::string& ref, const std::string& place) {
    Product product;
    if (const auto known = components_.find(ref); known != components_.end()) {
      product.path.push_back(known->second);
      if (!whole_.empty() && ref != whole_ref_) product.path.push_back(whole_);
    } else {
      Component component;
      AddIdentifier(ref, component);
      product.path.push_back(std::move(component));
    }
    if (product.path.front().empty())
      builder_.Note(place + ".ref", "is known by nothing that can be compared");
    return product;
  }

  const json::object& root_;
  const Limits& limits_;
  DocumentBuilder builder_;
  // metadata.component where that is an image, in which all others are. Of anything else whoever
  // gives the document says by giving it what it is about.
  Component whole_;
  std::string whole_ref_;
  std::map<std::string, Component> components_;  // by bom-ref
};

}  // namespace

Result<Document> ReadCycloneDx(const json::object& root, const Limits& limits) {
  return Reader(root, limits).Read();
}

}  // namespace narrows::advisories::vex
