#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::advisories {

// CISA's catalogue of known exploited vulnerabilities.
struct KevCatalogue {
  std::string version;            // "2026.08.07"
  std::string released;           // RFC 3339, as written
  std::vector<std::string> cves;  // sorted, none twice
};

// Reads known_exploited_vulnerabilities.json; entries whose id is no CVE id are left out.
// kInvalidArgument when it is no such document.
Result<KevCatalogue> ParseKev(std::string_view json);

}  // namespace narrows::advisories
