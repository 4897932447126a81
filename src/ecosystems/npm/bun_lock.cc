#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/npm/descriptor.h"
#include "ecosystems/npm/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::npm {
namespace {

// Bun's has trailing commas.
Result<boost::json::value> ParseRelaxed(std::string_view text) {
  auto document = ParseJson(text, {.relaxed = true});
  if (document.has_value()) return document;
  return DataLoss("damaged lock file of Bun: " + document.error().message);
}

}  // namespace

// "packages": {"a": ["a@1.0.0", …], …}
Result<PackageExtractor::Extracted> ParseBunLock(std::string_view content) {
  ASSIGN_OR_RETURN(const boost::json::value document, ParseRelaxed(content));
  const boost::json::object* lock = document.if_object();
  if (lock == nullptr || !lock->contains("lockfileVersion"))
    return DataLoss("not a lock file of Bun: it has no lockfileVersion");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  const auto* packages = JsonObject(*lock, "packages");
  if (packages == nullptr) return extracted;
  for (const auto& [key, value] : *packages) {
    const auto* entry = value.if_array();
    const auto* what = entry != nullptr && !entry->empty() ? entry->front().if_string() : nullptr;
    const auto descriptor =
        what == nullptr ? std::nullopt : ParseDescriptor({what->data(), what->size()});
    if (descriptor) {
      AddPackage(descriptor->name, descriptor->what, extracted, complaints);
    } else {
      complaints.Add("the entry '" + Printable({key.data(), key.size()}, 80) +
                     "' names no package");
    }
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::npm
