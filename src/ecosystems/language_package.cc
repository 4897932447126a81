#include "ecosystems/language_package.h"

#include <utility>

namespace narrows::ecosystems {

model::Package LanguagePackage(std::string name, std::string version) {
  model::Package package;
  package.source_name = name;
  package.source_version = version;
  package.name = std::move(name);
  package.version = std::move(version);
  return package;
}

}  // namespace narrows::ecosystems
