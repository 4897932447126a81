#include <algorithm>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/pypi/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::pypi {

// {"_meta": …, "default": {"name": {"version": "==1.0"}}, "develop": …}
Result<PackageExtractor::Extracted> ParsePipfileLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a Pipfile.lock");
  const boost::json::object* lock = document.if_object();
  if (lock == nullptr || !lock->contains("_meta"))
    return DataLoss("not a Pipfile.lock: it has no _meta");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  const auto* packages = JsonObject(*lock, "default");
  if (packages == nullptr) return extracted;
  for (const auto& [key, value] : *packages) {
    const std::string name(key);
    const auto* entry = value.if_object();
    const std::string pin = entry == nullptr ? "" : JsonString(*entry, "version");
    if (pin.empty()) continue;  // from a folder or a repository
    const std::string version = pin.substr(std::min(pin.find_first_not_of("= "), pin.size()));
    AddLanguagePackage("an entry", name, version, extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::pypi
