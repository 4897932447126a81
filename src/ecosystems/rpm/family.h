#pragma once

#include <string_view>

#include "model/package.h"

namespace narrows::ecosystems::rpm {

// A family of distributions whose packages are rpm's.
struct Family {
  std::string_view id;              // ID of os-release(5)
  std::string_view ecosystem;       // OSV's name of it, or of the one whose advisories it takes
  std::string_view purl_namespace;  // who builds it, as package-url has it
  // Whether the advisories name the packages that are installed, not those they are built from.
  bool names_installed = false;
  // Set when the advisories are another's: who has them.
  std::string_view borrows_from = {};
};

// nullptr when the distribution is none of them.
const Family* FamilyOf(const model::Distribution& distribution);

}  // namespace narrows::ecosystems::rpm
