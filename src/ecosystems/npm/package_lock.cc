#include <string>
#include <utility>

#include "base/json.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/npm/descriptor.h"
#include "ecosystems/npm/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::npm {
namespace {

constexpr std::string_view kModules = "node_modules/";

class PackageLockReader {
 public:
  explicit PackageLockReader(PackageExtractor::Extracted& extracted) : extracted_(extracted) {}

  // Versions 2 and 3: by the path that each is installed at.
  void ReadPackages(const boost::json::object& packages) {
    for (const auto& [key, value] : packages) {
      const std::string_view path(key.data(), key.size());
      const size_t modules = path.rfind(kModules);
      const boost::json::object* package = value.if_object();
      if (package == nullptr || modules == std::string_view::npos ||
          JsonBool(*package, "link").value_or(false))
        continue;
      Add(JsonString(*package, "name", path.substr(modules + kModules.size())), *package);
    }
  }

  // Version 1: a tree, which the parser's limit keeps from being too deep.
  void ReadDependencies(const boost::json::object& dependencies) {
    for (const auto& [key, value] : dependencies) {
      const boost::json::object* package = value.if_object();
      if (package == nullptr) continue;
      Add(std::string(key), *package);
      if (const auto* inner = JsonObject(*package, "dependencies")) ReadDependencies(*inner);
    }
  }

  void Finish() && { extracted_.statuses = std::move(complaints_).Take(); }

 private:
  void Add(const std::string& name, const boost::json::object& package) {
    const std::string version = JsonString(package, "version");
    if (JsonBool(package, "dev").value_or(false) || version.empty()) return;
    // An alias: what it is installed as, and what it is.
    const std::string text = name + "@" + version;
    const auto meant = version.starts_with("npm:") ? ParseDescriptor(text) : std::nullopt;
    if (!meant) return AddPackage(name, version, extracted_, complaints_);
    AddPackage(meant->name, meant->what, extracted_, complaints_);
  }

  PackageExtractor::Extracted& extracted_;
  Complaints complaints_;
};

}  // namespace

Result<PackageExtractor::Extracted> ParsePackageLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a lock file of npm");
  const boost::json::object* lock = document.if_object();
  if (lock == nullptr || !lock->contains("lockfileVersion"))
    return DataLoss("not a lock file of npm: it has no lockfileVersion");
  PackageExtractor::Extracted extracted;
  PackageLockReader reader(extracted);
  if (const auto* packages = JsonObject(*lock, "packages")) {
    reader.ReadPackages(*packages);
  } else if (const auto* dependencies = JsonObject(*lock, "dependencies")) {
    reader.ReadDependencies(*dependencies);
  }
  std::move(reader).Finish();
  return extracted;
}

}  // namespace narrows::ecosystems::npm
