#include "ecosystems/cocoapods/extractors.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::cocoapods {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;

bool IsLock(std::string_view path) {
  return path.ends_with("Podfile.lock") && FileName(path) == "Podfile.lock";
}

void CompletePod(model::Package& package) {
  package.ecosystem = "CocoaPods";
  package.purl = FormatPurl({"cocoapods", "", package.name, package.version, {}});
}

// `  - "Name/Subspec (1.0.0)":` with or without the quotes and the colon.
void AddPod(std::string_view entry, PackageExtractor::Extracted& extracted,
            Complaints& complaints) {
  if (entry.ends_with(':')) entry.remove_suffix(1);
  if (entry.size() >= 2 && entry.front() == '"' && entry.back() == '"')
    entry = entry.substr(1, entry.size() - 2);
  const size_t open = entry.find(" (");
  const bool versioned = open != std::string_view::npos && entry.ends_with(')');
  const std::string_view version =
      versioned ? entry.substr(open + 2, entry.size() - open - 3) : std::string_view();
  const std::string_view name = entry.substr(0, open);
  AddLanguagePackage("a pod", name.substr(0, name.find('/')), version, extracted, complaints);
}

}  // namespace

Result<PackageExtractor::Extracted> ParsePodfileLock(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  std::set<std::string_view> local;
  std::string_view section;
  std::string_view external;  // the pod of the external source being read
  bool known = false;
  while (const auto line = NextLine(content)) {
    if (line->empty()) continue;
    if (line->front() != ' ') {
      section = *line;
      known = known || section == "PODS:";
    } else if (section == "PODS:" && line->starts_with("  - ")) {
      AddPod(Trim(line->substr(4)), extracted, complaints);
    } else if (section == "EXTERNAL SOURCES:") {
      std::string_view text = Trim(*line);
      if (!line->starts_with("   ") && text.ends_with(':')) {
        text.remove_suffix(1);
        external = text;
      } else if (text.starts_with(":path:")) {
        local.insert(external);
      }
    }
  }
  if (!known) return DataLoss("not a Podfile.lock: it has no pods");
  std::vector<model::Package>& pods = extracted.packages;
  pods.erase(std::remove_if(
                 pods.begin(), pods.end(),
                 [&](const model::Package& pod) { return local.find(pod.name) != local.end(); }),
             pods.end());
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakePodExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "cocoapods-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostBytes,
       .claims = IsLock,
       .parse = [](std::string_view,
                   std::string_view content) { return ParsePodfileLock(content); },
       .complete = CompletePod}));
  return extractors;
}

}  // namespace narrows::ecosystems::cocoapods
