#pragma once

#include <string>

#include "model/package.h"

namespace narrows::ecosystems {

// A package of a language's registry: such packages are built from no other source.
model::Package LanguagePackage(std::string name, std::string version);

}  // namespace narrows::ecosystems
