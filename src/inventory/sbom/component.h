#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::inventory::sbom {

// Internal to the readers of bills of materials: what the formats have in common.

inline constexpr size_t kMostDocumentBytes = size_t{64} << 20;
inline constexpr size_t kMostComponents = 200'000;
inline constexpr size_t kMostComponentDepth = 32;  // components within components
inline constexpr size_t kMostTextBytes = 4096;     // longer values are left out

// By the name their tool gave them ("syft:location:0:path"); only those that IsKnownProperty.
using Properties = std::map<std::string, std::string, std::less<>>;

struct Component {
  std::string type;  // CycloneDX's word for it: "library", "operating-system", "container"
  std::string group;
  std::string name;
  std::string version;
  std::string description;
  std::string purl;
  Properties properties;
  bool is_subject = false;  // the document is about it
};

struct Document {
  std::string format;  // "CycloneDX 1.6 (JSON)"; empty until it is known
  Component subject;
  std::vector<Component> components;
  std::vector<std::string> statuses;  // of who made it: what it says is missing
  bool incomplete = false;            // it says so itself
  bool attested = false;              // it stood in an attestation
};

// Whether a tool's property has a meaning here; the others are not kept.
bool IsKnownProperty(std::string_view name);

void SetProperty(std::string_view name, std::string_view value, Properties& properties);

// Takes out of a package's sourceInfo (SPDX) what trivy and syft write there.
void ReadSourceInfo(std::string_view text, Properties& properties);

// The value; empty where there is none.
std::string_view PropertyOf(const Component& component, std::string_view name);

}  // namespace narrows::inventory::sbom
