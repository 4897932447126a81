#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/npm/descriptor.h"
#include "ecosystems/npm/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::npm {
namespace {

std::string_view Unquoted(std::string_view text) {
  text = Trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

// Yarn writes both formats in one way, so they are read by lines: an entry is a line without
// indentation that ends in ":", its fields are indented by two blanks.
class YarnLockReader {
 public:
  Result<PackageExtractor::Extracted> Read(std::string_view content) {
    const bool cut = !content.empty() && !content.ends_with('\n');
    while (const auto line = NextLine(content)) {
      if (line->starts_with("# yarn lockfile v1")) known_ = true;
      if (line->empty() || line->starts_with('#')) continue;
      if (line->front() == ' ') {
        OnField(*line);
      } else {
        EndEntry();
        OnKey(*line);
      }
    }
    if (cut && !key_.empty()) {
      complaints_.Add("the file ends within the entry '" + Printable(key_, 80) + "'");
      key_ = {};
    }
    EndEntry();
    if (!known_) return DataLoss("not a lock file of Yarn: it begins otherwise");
    extracted_.statuses = std::move(complaints_).Take();
    return std::move(extracted_);
  }

 private:
  void OnKey(std::string_view line) {
    if (!line.ends_with(':')) {
      complaints_.Add("the line '" + Printable(line, 80) + "' is no key");
      return;
    }
    line.remove_suffix(1);
    if (line == "__metadata") {
      known_ = true;
      return;
    }
    // Of several descriptors the first: all are of one package.
    key_ = Unquoted(line.substr(0, line.find(", ")));
    if (key_.starts_with('"')) key_.remove_prefix(1);
  }

  // `version "1.0.0"` of Yarn 1, `version: 1.0.0` of the later ones.
  void OnField(std::string_view line) {
    if (!line.starts_with("  ") || line.starts_with("   ") || key_.empty()) return;
    line.remove_prefix(2);
    const size_t end = line.find_first_of(": ");
    if (end == std::string_view::npos) return;
    const std::string_view field = line.substr(0, end);
    line.remove_prefix(end + 1);
    if (field == "version") version_ = Unquoted(line);
    if (field == "resolution") resolution_ = Unquoted(line);
  }

  void EndEntry() {
    const std::string_view key = std::exchange(key_, {});
    const std::string_view version = std::exchange(version_, {});
    const std::string_view resolution = std::exchange(resolution_, {});
    if (key.empty()) return;
    const auto descriptor = ParseDescriptor(resolution.empty() ? key : resolution);
    if (!descriptor) {
      complaints_.Add("the entry '" + Printable(key, 80) + "' names no package");
    } else if (!IsLocal(descriptor->what)) {
      AddPackage(descriptor->name, version, extracted_, complaints_);
    }
  }

  PackageExtractor::Extracted extracted_;
  Complaints complaints_;
  bool known_ = false;
  std::string_view key_, version_, resolution_;
};

}  // namespace

Result<PackageExtractor::Extracted> ParseYarnLock(std::string_view content) {
  return YarnLockReader().Read(content);
}

}  // namespace narrows::ecosystems::npm
