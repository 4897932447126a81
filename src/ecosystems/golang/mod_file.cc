#include "ecosystems/golang/mod_file.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "ecosystems/golang/modules.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::golang {
namespace {

constexpr size_t kMostModules = 20'000;
constexpr size_t kMostWords = 8;  // of a line; no directive that matters has more than six

// The words of a line without its comment. Quoted ones lose their quotes; nothing when a quote is
// not closed or there are too many words.
std::optional<std::vector<std::string_view>> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    line = Trim(line);
    if (line.empty() || line.starts_with("//")) return words;
    if (words.size() == kMostWords) return std::nullopt;
    const char first = line.front();
    if (first == '"' || first == '`') {
      const size_t end = line.find(first, 1);
      if (end == std::string_view::npos) return std::nullopt;
      words.push_back(line.substr(1, end - 1));
      line.remove_prefix(end + 1);
    } else if (first == '(' || first == ')') {
      words.push_back(line.substr(0, 1));
      line.remove_prefix(1);
    } else {
      const size_t end = std::min(line.find_first_of(" \t()"), line.size());
      words.push_back(line.substr(0, end));
      line.remove_prefix(end);
    }
  }
}

class ModFileReader {
 public:
  Result<PackageExtractor::Extracted> Read(std::string_view content) {
    while (const auto line = NextLine(content)) {
      const auto words = Words(*line);
      if (!words) {
        complaints_.Add("the line '" + Printable(*line, 80) + "' cannot be read");
      } else if (!words->empty()) {
        OnLine(*words);
      }
    }
    if (!has_module_ && required_.empty()) return DataLoss("not a go.mod file: it names no module");
    if (!block_.empty())
      complaints_.Add("the file ends within its block '" + std::string(block_) + "'");
    PackageExtractor::Extracted extracted;
    for (const Module& module : required_) AddModule(Replaced(module), extracted, complaints_);
    extracted.statuses = std::move(complaints_).Take();
    return extracted;
  }

 private:
  void OnLine(std::vector<std::string_view> words) {
    if (!block_.empty()) {
      if (words[0] == ")") {
        block_ = {};
      } else {
        OnDirective(block_, words);
      }
      return;
    }
    const std::string_view verb = words[0];
    words.erase(words.begin());
    if (words.size() == 1 && words[0] == "(") {
      block_ = verb;
    } else {
      OnDirective(verb, words);
    }
  }

  void OnDirective(std::string_view verb, const std::vector<std::string_view>& words) {
    if (verb == "module") {
      has_module_ = true;
    } else if (verb == "require" && words.size() == 2) {
      if (HasRoom(required_)) required_.push_back({std::string(words[0]), std::string(words[1])});
    } else if (verb == "replace") {
      OnReplace(words);
    } else if (verb == "require") {
      complaints_.Add("a requirement that is not 'path version' but '" +
                      Printable(words.empty() ? "" : words[0], 80) + "'");
    }
  }

  // path [version] => path [version]
  void OnReplace(const std::vector<std::string_view>& words) {
    const size_t arrow = words.size() > 1 && words[1] == "=>" ? 1 : 2;
    if (words.size() < arrow + 2 || words.size() > arrow + 3 || words[arrow] != "=>") {
      complaints_.Add("a replacement that is not 'path => path'");
      return;
    }
    if (!HasRoom(replacements_)) return;
    Module replaced{std::string(words[0]), arrow == 2 ? std::string(words[1]) : ""};
    Module by{std::string(words[arrow + 1]),
              words.size() == arrow + 3 ? std::string(words[arrow + 2]) : ""};
    replacements_[{std::move(replaced.path), std::move(replaced.version)}] = std::move(by);
  }

  template <typename Container>
  bool HasRoom(const Container& container) {
    if (container.size() < kMostModules) return true;
    complaints_.Add("the file has more than " + std::to_string(kMostModules) + " modules");
    return false;
  }

  // One for the very version wins over one for all versions.
  const Module& Replaced(const Module& module) const {
    auto found = replacements_.find({module.path, module.version});
    if (found == replacements_.end()) found = replacements_.find({module.path, ""});
    return found == replacements_.end() ? module : found->second;
  }

  bool has_module_ = false;
  std::string_view block_;
  std::vector<Module> required_;
  std::map<std::pair<std::string, std::string>, Module> replacements_;
  Complaints complaints_;
};

}  // namespace

Result<PackageExtractor::Extracted> ParseModFile(std::string_view content) {
  return ModFileReader().Read(content);
}

}  // namespace narrows::ecosystems::golang
