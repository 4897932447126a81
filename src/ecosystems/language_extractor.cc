#include "ecosystems/language_extractor.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "ecosystems/ecosystem_names.h"

namespace narrows::ecosystems {
namespace {

constexpr size_t kMostPackages = 50'000;

class LanguageExtractor final : public PackageExtractor {
 public:
  explicit LanguageExtractor(const LanguageFormat& format) : format_(format) {}

  std::string_view Name() const override { return format_.name; }
  int Version() const override { return format_.version; }
  bool Claims(std::string_view path) const override { return format_.claims(path); }
  std::vector<std::string_view> Places() const override { return {}; }
  bool ClaimsExecutables() const override { return format_.executables; }
  size_t MostBytes() const override { return format_.most_bytes; }

  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    ASSIGN_OR_RETURN(Extracted extracted, format_.parse(path, content));
    const auto key = [](const model::Package& package) {
      return std::tie(package.name, package.version, package.path);
    };
    std::sort(extracted.packages.begin(), extracted.packages.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
    extracted.packages.erase(
        std::unique(extracted.packages.begin(), extracted.packages.end(),
                    [&](const auto& a, const auto& b) { return key(a) == key(b); }),
        extracted.packages.end());
    for (model::Package& package : extracted.packages) package.evidence = format_.evidence;
    return extracted;
  }

  void Complete(model::Package& package, const model::Distribution&) const override {
    format_.complete(package);
    package.source_name = CanonicalName(package.ecosystem, package.name);
  }

 private:
  const LanguageFormat format_;
};

}  // namespace

std::unique_ptr<PackageExtractor> MakeLanguageExtractor(const LanguageFormat& format) {
  return std::make_unique<LanguageExtractor>(format);
}

model::Package LanguagePackage(std::string name, std::string version) {
  model::Package package;
  package.source_name = name;
  package.source_version = version;
  package.name = std::move(name);
  package.version = std::move(version);
  return package;
}

void AddLanguagePackage(std::string_view what, std::string_view name, std::string_view version,
                        PackageExtractor::Extracted& extracted, Complaints& complaints) {
  if (!IsToken(name) || !IsToken(version)) {
    complaints.Add(std::string(what) + " without a usable name or version: '" +
                   Printable(name, 80) + "' '" + Printable(version, 80) + "'");
  } else if (extracted.packages.size() == kMostPackages) {
    complaints.Add("the file has more than " + std::to_string(kMostPackages) + " packages");
  } else {
    extracted.packages.push_back(LanguagePackage(std::string(name), std::string(version)));
  }
}

std::string_view FileName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool IsBelow(std::string_view path, std::string_view folder) {
  for (size_t at = path.find(folder); at != std::string_view::npos;
       at = path.find(folder, at + 1)) {
    if ((at == 0 || path[at - 1] == '/') && path.substr(at + folder.size()).starts_with('/'))
      return true;
  }
  return false;
}

}  // namespace narrows::ecosystems
