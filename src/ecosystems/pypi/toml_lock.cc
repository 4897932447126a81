#include <string>
#include <utility>

#include "base/strings.h"
#include "base/toml.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/pypi/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::pypi {
namespace {

class LockReader final : public TomlVisitor {
 public:
  void OnTable(std::string_view name, bool element) override {
    const size_t dot = name.find('.');
    const std::string_view parent = name.substr(0, dot);
    const bool of_packages = parent == "package" || parent == "packages";
    const bool inside = of_packages && dot != std::string_view::npos;  // "package.source"
    if (!inside) EndPackage();
    if (of_packages && !inside && element) in_package_ = true;
    below_ = inside ? std::string(name.substr(dot + 1)) + "." : "";
  }

  void OnValue(std::string_view key, std::string_view value, bool is_string) override {
    if (!in_package_) {
      known_ = known_ || key == "version" || key == "lock-version" || key == "requires-python" ||
               key == "lock_version" || key == "content-hash";
      return;
    }
    const std::string place = below_ + std::string(key);
    if (place == "name" && is_string) name_ = value;
    if (place == "version" && is_string) version_ = value;
    if (place == "category") development_ = value == "dev";
    if (place == "groups") (value == "main" || value == "default" ? in_main_ : in_others_) = true;
    // The project itself and its neighbours: uv, poetry, pdm and pylock each say it their way.
    if (place == "source.virtual" || place == "source.editable" || place == "source.directory" ||
        (place == "source.type" && value == "directory") || place == "directory.path" ||
        (place == "path" && value.starts_with('.')))
      local_ = true;
  }

  Result<PackageExtractor::Extracted> Finish() && {
    EndPackage();
    if (!known_)
      return DataLoss("not a lock file of Python: it names neither packages nor a version");
    extracted_.statuses = std::move(complaints_).Take();
    return std::move(extracted_);
  }

 private:
  void EndPackage() {
    if (!in_package_) return;
    known_ = true;
    if (IsWanted()) AddLanguagePackage("a package", name_, version_, extracted_, complaints_);
    in_package_ = development_ = in_main_ = in_others_ = local_ = false;
    name_.clear();
    version_.clear();
  }

  // A package without a version is a folder, too.
  bool IsWanted() const {
    const bool only_others = in_others_ && !in_main_;
    return !development_ && !local_ && !only_others && !version_.empty();
  }

  PackageExtractor::Extracted extracted_;
  Complaints complaints_;
  bool known_ = false;
  std::string below_;
  bool in_package_ = false;
  bool development_ = false, in_main_ = false, in_others_ = false, local_ = false;
  std::string name_, version_;
};

}  // namespace

Result<PackageExtractor::Extracted> ParseTomlLock(std::string_view content) {
  LockReader reader;
  const Status status = ReadToml(content, reader);
  if (!status.has_value()) return status.error().Within("reading a lock file of Python");
  return std::move(reader).Finish();
}

}  // namespace narrows::ecosystems::pypi
