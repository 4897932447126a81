#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "inventory/sbom/component.h"

namespace narrows::inventory::sbom {

// Internal to the readers of SPDX: its packages and what their relationships say of them.
class SpdxPackages {
 public:
  // The package that begins. kResourceExhausted past the limit.
  Result<Component*> Add(std::string id);

  // Its identifier, where the notation gives it late.
  void Name(std::string id);

  // As SPDX has them: "OPERATING-SYSTEM".
  static void SetPurpose(std::string_view purpose, Component& component);

  static void AddExternalReference(std::string_view type, std::string_view locator,
                                   Component& component);

  // "KEY: value" in a comment, as trivy and Narrows annotate packages.
  static void AddAnnotation(std::string_view annotator, std::string_view comment,
                            Component& component);

  // `other` is SPDX's relationship's second element.
  void AddRelationship(std::string_view element, std::string_view type, std::string_view other,
                       std::string_view comment);

  void AddDescribed(std::string_view id) {
    if (described_.size() < kMostComponents) described_.emplace_back(id);
  }

  // Gives them to the document.
  void Finish(Document& document) &&;

 private:
  std::vector<Component> components_;
  std::vector<std::string> ids_;  // of components_
  std::vector<std::string> described_;
  std::map<std::string, std::string> owners_;  // a package's id → that of who owns its files
};

}  // namespace narrows::inventory::sbom
