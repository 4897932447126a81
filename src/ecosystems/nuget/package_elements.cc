#include <string>
#include <utility>

#include "base/strings.h"
#include "base/xml.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/nuget/extractors.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::nuget {
namespace {

class ElementReader final : public XmlVisitor {
 public:
  void OnStart(std::string_view path) override {
    known_ = known_ || path == "packages" || path == "Project";
    if (path.ends_with("/PackageVersion/Version")) return;  // says more of its parent
    name_.clear();
    version_.clear();
    development_ = false;
  }

  void OnAttribute(std::string_view name, std::string_view value) override {
    const std::string lower = ToLower(name);
    if (lower == "id" || lower == "include" || lower == "update") name_ = value;
    if (lower == "version") version_ = value;
    if (lower == "developmentdependency") development_ = value == "true";
  }

  void OnEnd(std::string_view path, std::string_view text) override {
    if (path.ends_with("/PackageVersion/Version")) version_ = text;
    if (path != "packages/package" && !path.ends_with("/PackageVersion")) return;
    if (!development_ && version_.find_first_of("$*[](),") == std::string::npos &&
        !version_.empty())
      AddLanguagePackage("a package", name_, version_, extracted_, complaints_);
  }

  Result<PackageExtractor::Extracted> Finish() && {
    if (!known_) return DataLoss("not a list of NuGet packages");
    extracted_.statuses = std::move(complaints_).Take();
    return std::move(extracted_);
  }

 private:
  PackageExtractor::Extracted extracted_;
  Complaints complaints_;
  bool known_ = false;
  std::string name_, version_;
  bool development_ = false;
};

}  // namespace

Result<PackageExtractor::Extracted> ParsePackageElements(std::string_view content) {
  ElementReader reader;
  const Status status = ReadXml(content, reader);
  if (!status.has_value()) return status.error().Within("reading a list of NuGet packages");
  return std::move(reader).Finish();
}

}  // namespace narrows::ecosystems::nuget
