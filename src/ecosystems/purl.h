#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/package.h"

namespace narrows::ecosystems {

// The parts of a package URL (ECMA-427, "Package-URL"), not encoded. Empty parts and qualifiers
// without a value are left out.
struct PurlParts {
  std::string_view type;  // "deb"
  std::string_view name_space;
  std::string_view name;
  std::string_view version;
  std::vector<std::pair<std::string, std::string>> qualifiers;
};

// Canonical: qualifiers sorted by key, everything percent-encoded but what the standard keeps,
// which includes the colon (so an epoch stays readable).
std::string FormatPurl(PurlParts parts);

// A package URL that was read: its parts decoded, the type and the qualifiers' keys in lower case.
struct Purl {
  std::string type;
  std::string name_space;
  std::string name;
  std::string version;
  std::map<std::string, std::string, std::less<>> qualifiers;
  std::string subpath;
};

// Reads what FormatPurl and others write, also with what should have been encoded left as it is
// ("pkg:npm/@angular/cli@1.0"). kInvalidArgument for what is none; at most 4 KiB.
Result<Purl> ParsePurl(std::string_view text);

// The value of the qualifier "distro": "debian-12", "debian-trixie" without a version, "" without
// an id.
std::string DistroQualifier(const model::Distribution& distribution);

// The value of the qualifier "upstream": the source where its name or version differs from the
// package's, "gcc-12" or "gcc-12@12.2.0-14".
std::string UpstreamQualifier(const model::Package& package);

}  // namespace narrows::ecosystems
