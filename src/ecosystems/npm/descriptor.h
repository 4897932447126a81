#pragma once

#include <optional>
#include <string_view>

#include "ecosystems/package_extractor.h"
#include "ecosystems/record_text.h"
#include "model/package.h"

namespace narrows::ecosystems::npm {

// "name@what" with or without a scope, as lock files write it.
struct Descriptor {
  std::string_view name;
  std::string_view what;  // a version, a range, or a source such as "workspace:packages/a"
};

// Nothing when there is no name or no "@" behind it. An alias ("a@npm:b@1.0.0") is what it stands
// for; a plain "npm:" before the version is taken off.
std::optional<Descriptor> ParseDescriptor(std::string_view text);

// Whether a version is the project's own code in a folder: no package of a registry.
bool IsLocal(std::string_view version);

// Adds a package; `name` and `version` as a lock file has them. Local ones are passed over; what
// has a URL in place of a version, or cannot stand, is named in the complaints.
void AddPackage(std::string_view name, std::string_view version,
                PackageExtractor::Extracted& extracted, Complaints& complaints);

// Sets ecosystem and purl.
void CompletePackage(model::Package& package);

}  // namespace narrows::ecosystems::npm
