#include "ecosystems/golang/program.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/executable.h"
#include "ecosystems/golang/build_info.h"
#include "ecosystems/golang/modules.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::golang {
namespace {

// UPX leaves its mark behind the headers.
constexpr size_t kUpxBytes = 4096;
// In two pieces, so that this program does not bear it.
bool IsPackedByUpx(std::string_view content) {
  static const std::string kMark = std::string("UP") + "X!";
  return content.substr(0, kUpxBytes).find(kMark) != std::string_view::npos;
}

bool IsOfGo(const Executable& executable) {
  constexpr std::array<std::string_view, 4> kSections = {".gopclntab", "__gopclntab",
                                                         ".note.go.buildid", ".gosymtab"};
  return std::any_of(kSections.begin(), kSections.end(),
                     [&](std::string_view name) { return executable.Section(name) != nullptr; });
}

}  // namespace

Result<PackageExtractor::Extracted> ParseProgram(std::string_view content) {
  PackageExtractor::Extracted extracted;
  const std::optional<Executable> executable = Executable::Parse(content);
  if (!executable) return extracted;
  ASSIGN_OR_RETURN(const std::optional<BuildInfo> info, ReadBuildInfo(*executable));
  Complaints complaints;
  if (!info && IsPackedByUpx(content)) {
    complaints.Add("a program packed by UPX: what it is made of is unknown until it is unpacked");
  } else if (!info && IsOfGo(*executable)) {
    complaints.Add("a program of Go without build information: its modules are unknown");
  }
  if (info) {
    if (const auto version = StandardLibraryVersion(info->go_version))
      extracted.packages.push_back(LanguagePackage("stdlib", *version));
    if (info->main) AddModule(*info->main, extracted, complaints);
    for (const Module& module : info->dependencies) AddModule(module, extracted, complaints);
    if (!info->has_modules)
      complaints.Add("a program of Go that was built without modules: what it is made of besides " +
                     Printable(info->go_version, 80) + " is unknown");
    if (info->cut) complaints.Add("it has too many modules: not all of them are read");
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::golang
