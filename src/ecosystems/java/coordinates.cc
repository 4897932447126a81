#include "ecosystems/java/coordinates.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::java {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Stem(std::string_view file_name) {
  return file_name.substr(0, std::min(file_name.rfind('.'), file_name.size()));
}

const std::string& Attribute(const Attributes& attributes, const char* name) {
  static const std::string kNone;
  const auto found = attributes.find(name);
  return found == attributes.end() ? kNone : found->second;
}

std::string FirstToken(const Attributes& attributes, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string& value = Attribute(attributes, name);
    if (IsToken(value) && value.find("${") == std::string::npos) return value;
  }
  return "";
}

// Of a "Bundle-SymbolicName", without its directives.
std::string SymbolicName(const Attributes& manifest) {
  const std::string& value = Attribute(manifest, "bundle-symbolicname");
  return std::string(Trim(std::string_view(value).substr(0, value.find(';'))));
}

// The groups of much-used artifacts whose builds leave neither a pom.properties nor their group.
// The longest beginning of an artifact's name counts.
struct KnownGroup {
  std::string_view artifact;
  std::string_view group;
};
constexpr std::array<KnownGroup, 29> kKnownGroups = {{
    {"bcpkix-", "org.bouncycastle"},
    {"bcprov-", "org.bouncycastle"},
    {"bctls-", "org.bouncycastle"},
    {"bcutil-", "org.bouncycastle"},
    {"elasticsearch", "org.elasticsearch"},
    {"groovy", "org.codehaus.groovy"},
    {"hibernate-", "org.hibernate"},
    {"kafka-clients", "org.apache.kafka"},
    {"kafka_", "org.apache.kafka"},
    {"kotlin-", "org.jetbrains.kotlin"},
    {"kotlinx-coroutines-", "org.jetbrains.kotlinx"},
    {"kotlinx-serialization-", "org.jetbrains.kotlinx"},
    {"logging-interceptor", "com.squareup.okhttp3"},
    {"lucene-", "org.apache.lucene"},
    {"micrometer-", "io.micrometer"},
    {"okhttp", "com.squareup.okhttp3"},
    {"okio", "com.squareup.okio"},
    {"opensearch", "org.opensearch"},
    {"reactor-core", "io.projectreactor"},
    {"reactor-netty", "io.projectreactor.netty"},
    {"rxjava", "io.reactivex.rxjava3"},
    {"solr-", "org.apache.solr"},
    {"spring-", "org.springframework"},
    {"spring-boot", "org.springframework.boot"},
    {"spring-cloud-", "org.springframework.cloud"},
    {"spring-security-", "org.springframework.security"},
    {"spring-session-", "org.springframework.session"},
    {"tomcat-", "org.apache.tomcat"},
    {"tomcat-embed-", "org.apache.tomcat.embed"},
}};

std::string KnownGroupOf(std::string_view artifact) {
  const KnownGroup* best = nullptr;
  for (const KnownGroup& known : kKnownGroups) {
    if (artifact.starts_with(known.artifact) &&
        (best == nullptr || known.artifact.size() > best->artifact.size()))
      best = &known;
  }
  return best == nullptr ? "" : std::string(best->group);
}

// "org.example" of the bundle "org.example.name" whose artifact is "name".
std::string GroupWithout(std::string_view bundle, std::string_view artifact) {
  if (bundle.size() > artifact.size() + 1 && bundle.ends_with(artifact) &&
      bundle[bundle.size() - artifact.size() - 1] == '.')
    return std::string(bundle.substr(0, bundle.size() - artifact.size() - 1));
  return "";
}

std::string GroupOf(std::string_view artifact, const Attributes& manifest) {
  if (std::string known = KnownGroupOf(artifact); !known.empty()) return known;
  for (const std::string& bundle :
       {SymbolicName(manifest), FirstToken(manifest, {"automatic-module-name"})}) {
    if (std::string group = GroupWithout(bundle, artifact); !group.empty()) return group;
  }
  std::string vendor = FirstToken(manifest, {"implementation-vendor-id", "group-id"});
  return vendor.find('.') != std::string::npos || vendor == artifact ? vendor : "";
}

// Cuts "name-1.0" before the first "-" with a digit behind it.
std::pair<std::string_view, std::string_view> CutStem(std::string_view stem) {
  for (size_t dash = stem.find('-'); dash != std::string_view::npos;
       dash = stem.find('-', dash + 1)) {
    if (dash > 0 && dash + 1 < stem.size() && IsDigit(stem[dash + 1]))
      return {stem.substr(0, dash), stem.substr(dash + 1)};
  }
  return {stem, {}};
}

// "1.0" of "1.0-linux-x86_64".
std::string WithoutClassifier(std::string_view version) {
  constexpr std::array<std::string_view, 10> kClassifiers = {
      "-linux",   "-osx",     "-windows", "-all",  "-shaded",
      "-sources", "-javadoc", "-tests",   "-exec", "-jar-with-dependencies"};
  for (const std::string_view classifier : kClassifiers)
    version = version.substr(0, version.find(classifier));
  return std::string(version);
}

}  // namespace

std::optional<Coordinates> FromPomProperties(const Attributes& properties) {
  Coordinates coordinates{Attribute(properties, "groupId"), Attribute(properties, "artifactId"),
                          Attribute(properties, "version")};
  for (const std::string* part :
       {&coordinates.group, &coordinates.artifact, &coordinates.version}) {
    if (!IsToken(*part) || part->find("${") != std::string::npos) return std::nullopt;
  }
  return coordinates;
}

bool IsArchiveOf(std::string_view file_name, const Coordinates& coordinates) {
  const std::string_view stem = Stem(file_name);
  return stem == coordinates.artifact || CutStem(stem).second.empty() ||
         stem.starts_with(coordinates.artifact + "-" + coordinates.version);
}

std::optional<Coordinates> FromFileAndManifest(std::string_view file_name,
                                               const Attributes& manifest) {
  const auto [name, file_version] = CutStem(Stem(file_name));
  const std::string stated =
      FirstToken(manifest, {"implementation-version", "bundle-version", "specification-version"});
  const std::string version = file_version.empty() ? stated : WithoutClassifier(file_version);
  std::string artifact(name);
  if (file_version.empty()) {
    const std::string title = FirstToken(manifest, {"implementation-title"});
    if (!title.empty()) artifact = title;
  }
  if (!IsToken(artifact) || !IsToken(version)) return std::nullopt;
  std::string group = GroupOf(artifact, manifest);
  return Coordinates{std::move(group), std::move(artifact), version};
}

model::Package ToPackage(const Coordinates& coordinates) {
  return LanguagePackage(coordinates.group.empty() ? coordinates.artifact
                                                   : coordinates.group + ":" + coordinates.artifact,
                         coordinates.version);
}

void CompleteArtifact(model::Package& package) {
  package.ecosystem = "Maven";
  const std::string_view name = package.name;
  const size_t colon = name.find(':');
  const bool grouped = colon != std::string_view::npos;
  package.purl = FormatPurl({"maven",
                             grouped ? name.substr(0, colon) : std::string_view(),
                             grouped ? name.substr(colon + 1) : name,
                             package.version,
                             {}});
}

}  // namespace narrows::ecosystems::java
