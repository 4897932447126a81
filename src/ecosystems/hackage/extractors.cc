#include "ecosystems/hackage/extractors.h"

#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::hackage {
namespace {

constexpr size_t kMostBytes = size_t{4} << 20;
constexpr std::string_view kFreeze = "cabal.project.freeze";
constexpr std::string_view kStackLock = "stack.yaml.lock";

bool IsLock(std::string_view path) {
  const std::string_view file = FileName(path);
  return file == kFreeze || file == kStackLock;
}

Result<PackageExtractor::Extracted> ParseLock(std::string_view path, std::string_view content) {
  return FileName(path) == kFreeze ? ParseCabalFreeze(content) : ParseStackLock(content);
}

void CompletePackage(model::Package& package) {
  package.ecosystem = "Hackage";
  package.purl = FormatPurl({"hackage", "", package.name, package.version, {}});
}

// "any.aeson ==2.1.2.1"; other constraints are flags and preferences.
void AddConstraint(std::string_view constraint, PackageExtractor::Extracted& extracted,
                   Complaints& complaints) {
  constraint = Trim(constraint);
  constexpr std::string_view kAny = "any.";
  if (!constraint.starts_with(kAny)) return;
  const size_t equal = constraint.find("==");
  if (equal == std::string_view::npos) return;
  AddLanguagePackage("a constraint", Trim(constraint.substr(kAny.size(), equal - kAny.size())),
                     Trim(constraint.substr(equal + 2)), extracted, complaints);
}

// What a lock file of Stack says of one package once it knows all of it. Stack writes the file in
// one way, so it is read by lines: YAML would make numbers of versions.
struct Completed {
  std::string_view hackage, name, version;

  void Set(std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view field = line.substr(0, colon);
    std::string_view value = Trim(line.substr(colon + 1));
    if (value.size() >= 2 && (value.front() == '\'' || value.front() == '"'))
      value = value.substr(1, value.size() - 2);
    if (field == "hackage") hackage = value;
    if (field == "name") name = value;
    if (field == "version") version = value;
  }

  void AddTo(PackageExtractor::Extracted& extracted, Complaints& complaints) const {
    if (hackage.empty()) {
      AddLanguagePackage("a package", name, version, extracted, complaints);
      return;
    }
    const std::string_view what = hackage.substr(0, hackage.find('@'));
    const size_t hyphen = what.rfind('-');
    AddLanguagePackage(
        "a package", what.substr(0, hyphen),
        hyphen == std::string_view::npos ? std::string_view() : what.substr(hyphen + 1), extracted,
        complaints);
  }
};

}  // namespace

Result<PackageExtractor::Extracted> ParseCabalFreeze(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  constexpr std::string_view kField = "constraints:";
  bool known = false;
  bool inside = false;
  while (const auto line = NextLine(content)) {
    std::string_view text = *line;
    if (Trim(text).starts_with("--")) continue;
    if (!text.empty() && text.front() != ' ' && text.front() != '\t') {
      inside = text.starts_with(kField);
      if (inside) text.remove_prefix(kField.size());
    }
    known = known || inside;
    if (!inside) continue;
    for (const std::string_view constraint : Split(text, ','))
      AddConstraint(constraint, extracted, complaints);
  }
  if (!known) return DataLoss("not a cabal.project.freeze: it has no constraints");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParseStackLock(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  std::optional<Completed> package;
  const auto end = [&] {
    if (package) package->AddTo(extracted, complaints);
    package.reset();
  };
  bool known = false;
  bool inside = false;
  while (const auto line = NextLine(content)) {
    if (line->empty() || line->front() == '#') continue;
    if (line->front() != ' ' && line->front() != '-') {
      end();
      inside = line->starts_with("packages:");
      known = known || inside;
    }
    if (!inside) continue;
    const bool field = line->starts_with("    ") && !line->starts_with("     ");
    if (field && package) {
      package->Set(line->substr(4));
    } else if (*line == "- completed:" || *line == "  completed:") {
      end();
      package.emplace();
    } else if (!line->starts_with("    ")) {
      end();
    }
  }
  end();
  if (!known) return DataLoss("not a stack.yaml.lock: it lists no packages");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeHackageExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor({.name = "hackage-lock",
                                              .evidence = model::Evidence::kLockFile,
                                              .most_bytes = kMostBytes,
                                              .claims = IsLock,
                                              .parse = ParseLock,
                                              .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::hackage
