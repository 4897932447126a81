#include <algorithm>
#include <boost/json/object.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/file.h"
#include "base/strings.h"
#include "commands.h"
#include "findings/filter.h"
#include "findings/ignore_file.h"
#include "findings/misconfiguration/manifest.h"
#include "parts.h"
#include "report/documents/misconfiguration.h"

namespace narrows::app {
namespace {

namespace misconfiguration = findings::misconfiguration;
using report::documents::MisconfigurationReport;

constexpr std::string_view kDefaultIgnoreFile = ".narrowsignore";
constexpr size_t kMostFiles = 10'000;
constexpr size_t kMostObjects = 100'000;

struct Rules {
  std::optional<std::set<model::Severity>> severities;
  std::optional<model::Severity> fail_on;
  std::optional<misconfiguration::Framework> framework;
  std::vector<findings::IgnoreRule> ignored;
};

Result<std::vector<findings::IgnoreRule>> ReadIgnoreRules(const std::string& flag) {
  std::error_code error;
  const std::string path = flag.empty() ? std::string(kDefaultIgnoreFile) : flag;
  if (flag.empty() && !std::filesystem::exists(path, error))
    return std::vector<findings::IgnoreRule>();
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, findings::kMostIgnoreFileBytes));
  ASSIGN_OR_RETURN_WITHIN(auto rules, findings::ParseIgnoreFile(text), path);
  return rules;
}

Result<Rules> ReadRules(const ManifestFlags& flags) {
  Rules rules;
  if (!flags.severities.empty()) {
    ASSIGN_OR_RETURN_WITHIN(rules.severities,
                            findings::ParseSeverities(Join(flags.severities, ",")), "--severity");
  }
  if (!flags.fail_on.empty()) {
    rules.fail_on = model::ParseSeverity(flags.fail_on);
    if (!rules.fail_on) {
      return InvalidArgument("--fail-on \"" + Printable(flags.fail_on) +
                             "\" is no severity; take one of Low, Medium, High, Critical");
    }
  }
  if (!flags.framework.empty()) {
    rules.framework = misconfiguration::ParseFramework(flags.framework);
    if (!rules.framework) {
      return InvalidArgument("--framework \"" + Printable(flags.framework) +
                             "\" is none; take one of cis, nsa, pss, mitre");
    }
  }
  ASSIGN_OR_RETURN(rules.ignored, ReadIgnoreRules(flags.ignore_file));
  return rules;
}

bool IsManifest(const std::filesystem::path& path) {
  const std::string extension = ToLower(path.extension().string());
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

// The files below the folder, sorted; links are not followed.
Result<std::vector<std::string>> FilesOf(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  std::filesystem::recursive_directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (!at->is_regular_file(ignored) || at->is_symlink(ignored) || !IsManifest(at->path()))
      continue;
    if (files.size() == kMostFiles)
      return ResourceExhausted(folder + " holds more than " + std::to_string(kMostFiles) +
                               " manifests; name a folder inside it");
    files.push_back(at->path().string());
  }
  if (error) return Unavailable("reading the folder " + folder + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::string> ReadStandardInput() {
  std::string text;
  std::array<char, 65536> buffer{};
  while (std::cin.read(buffer.data(), buffer.size()) || std::cin.gcount() > 0) {
    text.append(buffer.data(), static_cast<size_t>(std::cin.gcount()));
    if (text.size() > misconfiguration::kMostManifestBytes)
      return ResourceExhausted("standard input is longer than " +
                               std::to_string(misconfiguration::kMostManifestBytes) + " bytes");
  }
  return text;
}

using Objects = std::vector<misconfiguration::ManifestObject>;

Result<Objects> ReadOne(const std::string& path) {
  std::string text;
  if (path == "-") {
    ASSIGN_OR_RETURN(text, ReadStandardInput());
  } else {
    ASSIGN_OR_RETURN(text, ReadFile(path, misconfiguration::kMostManifestBytes));
  }
  ASSIGN_OR_RETURN_WITHIN(Objects objects, misconfiguration::ReadManifest(text, path), path);
  return objects;
}

// Of a folder, files that are none of ours (a chart's templates, say) are told and left out.
Result<Objects> ReadTarget(const std::string& target, std::vector<std::string>& warnings) {
  std::error_code error;
  if (target == "-" || !std::filesystem::is_directory(target, error)) {
    ASSIGN_OR_RETURN(Objects objects, ReadOne(target));
    if (objects.empty())
      return InvalidArgument(target + " holds no Kubernetes object (apiVersion and kind)");
    return objects;
  }
  Objects objects;
  ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(target));
  for (const std::string& file : files) {
    auto read = ReadOne(file);
    if (!read.has_value()) {
      warnings.push_back("left out: " + read.error().message);
      continue;
    }
    std::move(read->begin(), read->end(), std::back_inserter(objects));
    if (objects.size() > kMostObjects)
      return ResourceExhausted(target + " holds more than " + std::to_string(kMostObjects) +
                               " objects; name a folder inside it");
  }
  if (objects.empty())
    return InvalidArgument(target +
                           " holds no manifest of a Kubernetes object (.yaml, .yml, .json)");
  return objects;
}

// The exception that holds for the finding, with its reason; empty when none does.
std::string Exception(const Rules& rules, TimePoint now, const std::string& check,
                      const std::string& object, std::set<std::string>& warnings) {
  for (const findings::IgnoreRule& rule : rules.ignored) {
    if (!findings::IgnoresMisconfiguration(rule, check, object)) continue;
    const std::string line = "line " + std::to_string(rule.line) + " of the ignore file";
    if (rule.expires && *rule.expires <= now) {
      warnings.insert(line + ": " + rule.id + " expired on " +
                      FormatRfc3339(*rule.expires).substr(0, 10) + " and is reported again");
      continue;
    }
    return line + (rule.reason.empty() ? "" : ": " + rule.reason);
  }
  return "";
}

struct Scanned {
  MisconfigurationReport report;
  bool fails = false;
};

Result<Scanned> Scan(const ManifestFlags& flags, const Rules& rules, TimePoint now) {
  Scanned scanned;
  MisconfigurationReport& report = scanned.report;
  report.tool_version = kVersion;
  report.created = now;
  report.target = flags.target;
  report.framework = rules.framework;
  ASSIGN_OR_RETURN(const Objects objects, ReadTarget(flags.target, report.warnings));
  std::vector<const boost::json::object*> values;
  for (const auto& object : objects) values.push_back(&object.value.get_object());
  report.objects = values.size();

  std::vector<misconfiguration::Misconfiguration> counted;
  std::set<std::string> warnings;
  for (auto& one : misconfiguration::Inspect(values, flags.kubernetes_minor)) {
    if (rules.framework && one.check->Of(*rules.framework).empty()) continue;
    const auto& object = objects[one.object];
    report::documents::PlacedMisconfiguration placed{
        one.check,
        object.file,
        misconfiguration::LineOf(object, one.path),
        misconfiguration::NameOf(object.value.get_object()),
        one.path.ToString(),
        one.value,
        one.patch,
        ""};
    placed.suppressed_by =
        Exception(rules, now, std::string(one.check->id), placed.object, warnings);
    if (placed.suppressed_by.empty()) {
      if (rules.fail_on && one.check->severity >= *rules.fail_on) scanned.fails = true;
      counted.push_back(std::move(one));
    }
    if (rules.severities && !rules.severities->contains(placed.check->severity)) {
      ++report.hidden;
    } else {
      report.findings.push_back(std::move(placed));
    }
  }
  report.warnings.insert(report.warnings.end(), warnings.begin(), warnings.end());
  report.scores = misconfiguration::Score(values, counted, rules.framework);
  report.compliance = misconfiguration::Compliance(report.scores);
  if (report.compliance < flags.compliance_threshold) scanned.fails = true;
  return scanned;
}

}  // namespace

int RunManifest(const ManifestFlags& flags) {
  const Result<Rules> rules = ReadRules(flags);
  if (!rules.has_value()) return Fail(rules.error());
  const Result<Scanned> scanned = Scan(flags, *rules, SystemClock().Now());
  if (!scanned.has_value()) return Fail(scanned.error());
  if (flags.output == OutputFormat::kJson) {
    report::documents::WriteJson(scanned->report, std::cout);
  } else if (flags.output == OutputFormat::kSarif) {
    report::documents::WriteSarif(scanned->report, std::cout);
  } else {
    report::documents::WriteTable(scanned->report, StandardOutput(), std::cout);
  }
  std::cout.flush();
  if (!std::cout.good()) return Fail(Unavailable("standard output could not be written"));
  return scanned->fails ? kViolated : kDone;
}

}  // namespace narrows::app
