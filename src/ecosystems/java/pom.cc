#include "ecosystems/java/pom.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/xml.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::java {
namespace {

constexpr size_t kMostEntries = 50'000;  // of dependencies, of managed ones, of properties
constexpr int kMostReplacements = 20;    // of "${…}" in one value
constexpr size_t kMostValueBytes = 512;
constexpr std::string_view kProperties = "project/properties/";
constexpr std::string_view kDependency = "project/dependencies/dependency";
constexpr std::string_view kManaged = "project/dependencyManagement/dependencies/dependency";

struct Dependency {
  std::string group, artifact, version, scope;
};

class PomReader final : public XmlVisitor {
 public:
  void OnStart(std::string_view path) override {
    if (path == "project") is_pom_ = true;
    if (path == kDependency || path == kManaged) current_ = {};
  }

  void OnAttribute(std::string_view, std::string_view) override {}

  void OnEnd(std::string_view path, std::string_view text) override {
    if (path.starts_with(kProperties)) {
      if (properties_.size() < kMostEntries)
        properties_.emplace(path.substr(kProperties.size()), text);
    } else if (path == kDependency) {
      if (dependencies_.size() < kMostEntries) dependencies_.push_back(std::move(current_));
    } else if (path == kManaged) {
      if (managed_.size() < kMostEntries)
        managed_.emplace(std::pair(current_.group, current_.artifact), std::move(current_));
    } else if (path.starts_with(kDependency)) {
      OnField(path.substr(kDependency.size()), text);
    } else if (path.starts_with(kManaged)) {
      OnField(path.substr(kManaged.size()), text);
    } else {
      OnProject(path, text);
    }
  }

  Result<PackageExtractor::Extracted> Finish() && {
    if (!is_pom_) return DataLoss("not a pom.xml: it has no project");
    // What the project does not say it has from its parent.
    for (const char* part : {"groupId", "version"}) {
      const std::string own = std::string("project.") + part;
      if (properties_.count(own) == 0)
        properties_[own] = properties_[std::string("project.parent.") + part];
    }
    PackageExtractor::Extracted extracted;
    Complaints complaints;
    for (const Dependency& dependency : dependencies_) {
      const auto managed = managed_.find({dependency.group, dependency.artifact});
      const bool is_managed = managed != managed_.end();
      const std::string& stated =
          dependency.version.empty() && is_managed ? managed->second.version : dependency.version;
      const std::string& scope =
          dependency.scope.empty() && is_managed ? managed->second.scope : dependency.scope;
      const std::string version = Resolved(stated);
      if (scope == "test" || scope == "system" || scope == "import" || !IsOneVersion(version))
        continue;
      const std::string name = Resolved(dependency.group) + ":" + Resolved(dependency.artifact);
      if (name.find("${") == std::string::npos)
        AddLanguagePackage("a dependency", name, version, extracted, complaints);
    }
    extracted.statuses = std::move(complaints).Take();
    return extracted;
  }

 private:
  void OnField(std::string_view field, std::string_view text) {
    if (text.size() > kMostValueBytes) return;
    if (field == "/groupId") current_.group = text;
    if (field == "/artifactId") current_.artifact = text;
    if (field == "/version") current_.version = text;
    if (field == "/scope") current_.scope = text;
  }

  void OnProject(std::string_view path, std::string_view text) {
    for (const std::string_view known : {"project/groupId", "project/artifactId", "project/version",
                                         "project/parent/groupId", "project/parent/version"}) {
      if (path != known) continue;
      std::string name(path);
      for (char& c : name) {
        if (c == '/') c = '.';
      }
      properties_[name] = text;
    }
  }

  // With "${name}" replaced by the properties; what is not known stays.
  std::string Resolved(std::string value) const {
    for (int i = 0; i < kMostReplacements; ++i) {
      const size_t start = value.find("${");
      const size_t end = value.find('}', start);
      if (start == std::string::npos || end == std::string::npos) break;
      std::string name = value.substr(start + 2, end - start - 2);
      if (name.starts_with("pom.")) name = "project." + name.substr(4);
      const auto found = properties_.find(name);
      if (found == properties_.end() || found->second.empty()) break;
      value = value.substr(0, start) + found->second + value.substr(end + 1);
      if (value.size() > kMostValueBytes) break;
    }
    return value;
  }

  // A range, or what no property resolves, is none.
  static bool IsOneVersion(std::string_view version) {
    return !version.empty() && version.find_first_of("${}[](),") == std::string_view::npos;
  }

  bool is_pom_ = false;
  Dependency current_;
  std::vector<Dependency> dependencies_;
  std::map<std::pair<std::string, std::string>, Dependency> managed_;
  std::map<std::string, std::string> properties_;
};

}  // namespace

Result<PackageExtractor::Extracted> ParsePom(std::string_view content) {
  PomReader reader;
  const Status status = ReadXml(content, reader);
  if (!status.has_value()) return status.error().Within("reading a pom.xml");
  return std::move(reader).Finish();
}

}  // namespace narrows::ecosystems::java
