#include "inventory/sbom/spdx_packages.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"

namespace narrows::inventory::sbom {
namespace {

constexpr size_t kMostRelationships = 2'000'000;

// What tools that don't state a purpose name such packages.
std::string_view TypeOfId(std::string_view id) {
  constexpr std::string_view kPrefix = "SPDXRef-";
  if (id.starts_with(kPrefix)) id.remove_prefix(kPrefix.size());
  if (id.starts_with("OperatingSystem-")) return "operating-system";
  if (id.starts_with("ContainerImage-") || id.starts_with("DocumentRoot-Image-"))
    return "container";
  if (id.starts_with("Application-")) return "application";
  return "library";
}

bool IsOfOperatingSystem(const Component& component) {
  for (const std::string_view type : {"pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/"}) {
    if (component.purl.starts_with(type)) return true;
  }
  return false;
}

}  // namespace

Result<Component*> SpdxPackages::Add(std::string id) {
  if (components_.size() == kMostComponents)
    return ResourceExhausted("the document has more than " + std::to_string(kMostComponents) +
                             " packages");
  components_.emplace_back();
  ids_.push_back(std::move(id));
  return &components_.back();
}

void SpdxPackages::Name(std::string id) {
  if (!ids_.empty()) ids_.back() = std::move(id);
}

void SpdxPackages::SetPurpose(std::string_view purpose, Component& component) {
  component.type = ToLower(purpose);
  std::replace(component.type.begin(), component.type.end(), '_', '-');
}

void SpdxPackages::AddExternalReference(std::string_view type, std::string_view locator,
                                        Component& component) {
  if (type == "purl" && component.purl.empty() && locator.size() <= kMostTextBytes)
    component.purl = locator;
}

void SpdxPackages::AddAnnotation(std::string_view annotator, std::string_view comment,
                                 Component& component) {
  const size_t colon = comment.find(": ");
  if (colon == std::string_view::npos) return;
  const std::string_view key = comment.substr(0, colon);
  const std::string_view value = comment.substr(colon + 2);
  if (annotator.starts_with("Tool: trivy")) {
    SetProperty("aquasecurity:trivy:" + std::string(key), value, component.properties);
  } else if (annotator.starts_with("Tool: narrows")) {
    SetProperty("narrows:" + std::string(key), value, component.properties);
  }
}

void SpdxPackages::AddRelationship(std::string_view element, std::string_view type,
                                   std::string_view other, std::string_view comment) {
  if (type == "DESCRIBES" && element == "SPDXRef-DOCUMENT") {
    AddDescribed(other);
  } else if (type == "OTHER" && comment.starts_with("ownership-by-file-overlap") &&
             owners_.size() < kMostRelationships) {
    owners_.emplace(other, element);
  }
}

void SpdxPackages::Finish(Document& document) && {
  const std::set<std::string> described(described_.begin(), described_.end());
  std::map<std::string_view, size_t> by_id;
  for (size_t i = 0; i < ids_.size(); ++i) by_id.emplace(ids_[i], i);
  for (const auto& [child, parent] : owners_) {
    const auto package = by_id.find(child);
    const auto owner = by_id.find(parent);
    if (package == by_id.end() || owner == by_id.end()) continue;
    if (IsOfOperatingSystem(components_[owner->second]))
      SetProperty("narrows:owner", components_[owner->second].name,
                  components_[package->second].properties);
  }
  for (size_t i = 0; i < components_.size(); ++i) {
    Component& component = components_[i];
    if (component.type.empty()) component.type = TypeOfId(ids_[i]);
    if (described.contains(ids_[i])) {
      component.is_subject = true;
      if (document.subject.name.empty()) document.subject = component;
    }
    document.components.push_back(std::move(component));
  }
}

}  // namespace narrows::inventory::sbom
