#include "ecosystems/java/lock_files.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::java {
namespace {

// A part that is missing leaves a name that cannot stand.
void Add(std::string_view group, std::string_view artifact, std::string_view version,
         PackageExtractor::Extracted& extracted, Complaints& complaints) {
  const std::string name =
      group.empty() || artifact.empty() ? "" : std::string(group) + ":" + std::string(artifact);
  AddLanguagePackage("an artifact", name, version, extracted, complaints);
}

bool AllAreForTests(std::string_view configurations) {
  const std::vector<std::string_view> all = Split(configurations, ',');
  return std::all_of(all.begin(), all.end(), [](std::string_view configuration) {
    return Trim(configuration).starts_with("test");
  });
}

}  // namespace

Result<PackageExtractor::Extracted> ParseGradleLock(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  bool known = false;
  while (const auto raw = NextLine(content)) {
    const std::string_view line = Trim(*raw);
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (line.starts_with("empty=")) {  // configurations without any
      known = true;
      continue;
    }
    const std::vector<std::string_view> parts = Split(line.substr(0, equals), ':');
    if (equals == std::string_view::npos || parts.size() != 3) {
      complaints.Add("the line '" + Printable(line, 80) + "' is no locked artifact");
      continue;
    }
    known = true;
    if (AllAreForTests(line.substr(equals + 1))) continue;
    Add(parts[0], parts[1], parts[2], extracted, complaints);
  }
  if (!known) return DataLoss("not a gradle.lockfile: no line locks an artifact");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParseSbtLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a lock file of sbt");
  const boost::json::object* lock = document.if_object();
  const auto* dependencies = lock == nullptr ? nullptr : JsonArray(*lock, "dependencies");
  if (dependencies == nullptr) return DataLoss("not a lock file of sbt: it has no dependencies");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const boost::json::value& value : *dependencies) {
    const auto* entry = value.if_object();
    if (entry == nullptr) continue;
    const auto* configurations = JsonArray(*entry, "configurations");
    if (configurations != nullptr && configurations->size() == 1 &&
        configurations->front() == "test")
      continue;
    Add(JsonString(*entry, "org"), JsonString(*entry, "name"), JsonString(*entry, "version"),
        extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::java
