#include "ecosystems/runtimes/runtime_extractor.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "ecosystems/executable.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"
#include "ecosystems/runtimes/runtime_table.h"

namespace narrows::ecosystems::runtimes {
namespace {

constexpr size_t kMostBytes = size_t{1} << 30;
constexpr size_t kMostTextBytes = 4096;  // of a text, its beginning

std::vector<Runtime> CompiledTable() {
  auto table = ParseRuntimeTable(RuntimeTableText());
  NARROWS_CHECK(table.has_value());
  return *std::move(table);
}

bool EndsAsOneOf(std::string_view path, const std::vector<std::string_view>& ends,
                 std::string_view& name) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return EndsAs(path, end, name); });
}

// Where an executable keeps its texts; all of it when its tables do not say.
std::vector<std::string_view> Texts(std::string_view content) {
  std::vector<std::string_view> texts;
  if (const auto executable = Executable::Parse(content)) {
    for (const std::string_view section : {".rodata", ".data", ".rdata", "__cstring"}) {
      const auto* found = executable->Section(section);
      if (found != nullptr && !found->bytes.empty()) texts.push_back(found->bytes);
    }
  }
  if (texts.empty()) texts.push_back(content);
  return texts;
}

// What all the texts agree on.
std::optional<std::string> FindInTexts(const BytePattern& pattern,
                                       const std::vector<std::string_view>& texts,
                                       std::string_view name) {
  std::optional<std::string> version;
  for (const std::string_view text : texts) {
    auto found = pattern.Find(text, name);
    if (!found) continue;
    if (version && *version != *found) return std::nullopt;
    version = std::move(found);
  }
  return version;
}

class RuntimeExtractor final : public PackageExtractor {
 public:
  RuntimeExtractor() : runtimes_(CompiledTable()) {
    for (const Runtime& runtime : runtimes_)
      for (const std::string_view text : runtime.texts) text_ends_[Byte(text.back())] = true;
  }

  std::string_view Name() const override { return "runtime"; }
  int Version() const override { return 1; }
  bool Claims(std::string_view path) const override {
    if (path.empty() || !text_ends_[Byte(path.back())]) return false;  // of nearly all
    std::string_view name;
    return std::any_of(runtimes_.begin(), runtimes_.end(), [&](const Runtime& runtime) {
      return EndsAsOneOf(path, runtime.texts, name);
    });
  }
  std::vector<std::string_view> Places() const override { return {}; }
  bool IsForUnownedFiles() const override { return true; }
  bool ClaimsExecutables() const override { return true; }
  size_t MostBytes() const override { return kMostBytes; }

  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    Extracted extracted;
    const bool is_text = Claims(path);
    std::vector<std::string_view> texts;  // found when they are first needed
    for (const Runtime& runtime : runtimes_) {
      std::string_view name;
      if (!EndsAsOneOf(path, is_text ? runtime.texts : runtime.programs, name)) continue;
      if (texts.empty() && !is_text) texts = Texts(content);
      const auto version = is_text ? runtime.pattern.FindInLines(content.substr(0, kMostTextBytes))
                                   : FindInTexts(runtime.pattern, texts, name);
      if (!version || !IsToken(*version)) continue;
      extracted.packages.push_back(
          {.name = std::string(runtime.name),
           .version = *version,
           .source_name = std::string(runtime.judged_as),
           .source_version = JudgedVersion(*version),
           .evidence = is_text ? model::Evidence::kInstalled : model::Evidence::kExecutable});
      break;
    }
    return extracted;
  }

  void Complete(model::Package& package, const model::Distribution&) const override {
    const auto runtime = std::find_if(runtimes_.begin(), runtimes_.end(),
                                      [&](const Runtime& one) { return one.name == package.name; });
    package.ecosystem = runtime == runtimes_.end() ? "generic" : runtime->ecosystem;
    package.purl = FormatPurl({"generic", "", package.name, package.version, {}});
  }

 private:
  static size_t Byte(char c) { return static_cast<unsigned char>(c); }

  const std::vector<Runtime> runtimes_;
  std::array<bool, 256> text_ends_{};  // by the last byte of a text's path
};

}  // namespace

std::string JudgedVersion(std::string_view version) {
  std::array<std::string_view, 3> numbers = {"0", "0", "0"};
  std::string_view rest = version;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto digits =
        std::find_if_not(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto size = static_cast<size_t>(digits - rest.begin());
    if (size == 0) return std::string(version);
    numbers[i] = rest.substr(0, size);
    rest.remove_prefix(size);
    if (!rest.starts_with('.')) break;
    rest.remove_prefix(1);
  }
  const bool patch_level =
      rest.starts_with('p') && rest.size() > 1 &&
      std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!rest.empty() && !patch_level) return std::string(version);
  return std::string(numbers[0]) + "." + std::string(numbers[1]) + "." + std::string(numbers[2]);
}

std::unique_ptr<PackageExtractor> MakeRuntimeExtractor() {
  return std::make_unique<RuntimeExtractor>();
}

}  // namespace narrows::ecosystems::runtimes
