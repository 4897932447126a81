#include <boost/json/parser.hpp>
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

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kMostDepth = 64;

// JSON as it is written by people: Bun's has trailing commas.
Result<boost::json::value> ParseRelaxed(std::string_view text) {
  if (text.size() > kMostBytes) return ResourceExhausted("a lock file of Bun above 16 MiB");
  boost::json::parse_options options;
  options.max_depth = kMostDepth;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  boost::json::parser parser({}, options);
  boost::json::error_code error;
  parser.write(text.data(), text.size(), error);
  if (error) return DataLoss("damaged lock file of Bun: " + error.message());
  return parser.release();
}

}  // namespace

// "packages": {"a": ["a@1.0.0", …], …}
Result<PackageExtractor::Extracted> ParseBunLock(std::string_view content) {
  RETURN_IF_ERROR(CheckJsonSize(content));
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
