#include <string>
#include <utility>

#include "base/strings.h"
#include "base/toml.h"
#include "ecosystems/cargo/extractors.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::cargo {
namespace {

// [[package]] tables; those without a source are the project's own.
class LockReader final : public TomlVisitor {
 public:
  void OnTable(std::string_view name, bool element) override {
    EndPackage();
    in_package_ = element && name == "package";
    known_ = known_ || in_package_;
  }

  void OnValue(std::string_view key, std::string_view value, bool) override {
    if (!in_package_) {
      known_ = known_ || key == "version";
    } else if (key == "name") {
      name_ = value;
    } else if (key == "version") {
      version_ = value;
    } else if (key == "source") {
      has_source_ = true;
    }
  }

  Result<PackageExtractor::Extracted> Finish() && {
    EndPackage();
    if (!known_) return DataLoss("not a Cargo.lock: it names no package");
    extracted_.statuses = std::move(complaints_).Take();
    return std::move(extracted_);
  }

 private:
  void EndPackage() {
    const bool wanted = in_package_ && has_source_;
    in_package_ = has_source_ = false;
    if (wanted) AddLanguagePackage("a crate", name_, version_, extracted_, complaints_);
    name_.clear();
    version_.clear();
  }

  PackageExtractor::Extracted extracted_;
  Complaints complaints_;
  bool known_ = false;
  bool in_package_ = false;
  bool has_source_ = false;
  std::string name_, version_;
};

}  // namespace

Result<PackageExtractor::Extracted> ParseCargoLock(std::string_view content) {
  LockReader reader;
  const Status status = ReadToml(content, reader);
  if (!status.has_value()) return status.error().Within("reading a Cargo.lock");
  return std::move(reader).Finish();
}

}  // namespace narrows::ecosystems::cargo
