#pragma once

#include <string_view>

#include "model/package.h"

namespace narrows::findings::vex {

// Whether a CPE (2.2 or 2.3, of a system or of a repository of one) names the distribution's
// release: "cpe:/a:redhat:enterprise_linux:8::appstream" RHEL 8 and each of its minor releases.
bool NamesRelease(std::string_view cpe, const model::Distribution& distribution);

}  // namespace narrows::findings::vex
