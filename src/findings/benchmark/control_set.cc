#include "findings/benchmark/control_set.h"

#include <algorithm>
#include <system_error>

#include "base/file.h"
#include "base/strings.h"
#include "findings/benchmark/controls.h"

namespace narrows::findings::benchmark {
namespace {

constexpr size_t kMostBytes = 4u << 20;
constexpr size_t kMostFiles = 100;

std::string SetsOf(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; entry != end;
       entry.increment(ignored)) {
    if (entry->is_directory(ignored) && names.size() < kMostFiles)
      names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names.empty() ? "none" : Join(names, ", ");
}

}  // namespace

Result<Configuration> LoadConfiguration(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.yaml";
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMostBytes));
  Result<Configuration> configuration = ParseConfiguration(text);
  if (!configuration.has_value()) return configuration.error().Within(path.string());
  return configuration;
}

Result<ControlSet> LoadControlSet(const std::filesystem::path& folder, std::string_view id) {
  if (id.empty() || id[0] == '.' || id.find('/') != std::string_view::npos)
    return InvalidArgument("'" + Printable(id) + "' is no name of a set of controls");
  ControlSet set;
  set.id = id;
  const std::filesystem::path own = folder / set.id;
  std::error_code failure;
  if (!std::filesystem::is_directory(own, failure)) {
    return NotFound("no set of controls '" + Printable(id) + "' in " + folder.string() +
                    "; it has: " + SetsOf(folder));
  }
  ASSIGN_OR_RETURN(const std::string general, ReadFile(folder / "config.yaml", kMostBytes));
  std::string of_set;
  if (std::filesystem::exists(own / "config.yaml", failure)) {
    ASSIGN_OR_RETURN(of_set, ReadFile(own / "config.yaml", kMostBytes));
  }
  ASSIGN_OR_RETURN_WITHIN(set.configuration, ParseConfiguration(general, of_set),
                          (folder / "config.yaml").string());
  for (std::filesystem::directory_iterator entry(own, failure), end; entry != end;
       entry.increment(failure)) {
    const std::filesystem::path& path = entry->path();
    if (path.extension() != ".yaml" || path.filename() == "config.yaml") continue;
    if (set.files.size() >= kMostFiles)
      return ResourceExhausted(own.string() + " has more than 100 files");
    ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMostBytes));
    // Refused before anything is judged; variables do not change what a file is made of.
    const Result<Controls> parsed = ParseControls(text);
    if (!parsed.has_value()) return parsed.error().Within(path.string());
    set.files[path.stem().string()] = std::move(text);
  }
  if (failure) return Unavailable("reading " + own.string() + ": " + failure.message());
  if (set.files.empty()) return NotFound(own.string() + " has no control file");
  return set;
}

}  // namespace narrows::findings::benchmark
