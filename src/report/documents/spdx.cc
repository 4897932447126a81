#include "report/documents/spdx.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/strings.h"
#include "ecosystems/ecosystem_names.h"
#include "report/documents/json_writer.h"
#include "report/documents/report_id.h"

namespace narrows::report::documents {
namespace {

constexpr std::string_view kDocument = "SPDXRef-DOCUMENT";
constexpr std::string_view kTarget = "SPDXRef-Target";
constexpr std::string_view kSystem = "SPDXRef-OperatingSystem";
constexpr std::string_view kNobodySays = "NOASSERTION";

// What the specification takes as a locator: no blanks, no control characters, ASCII.
bool IsLocator(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::string KeyOf(const model::Package& package) {
  return package.ecosystem + '\n' + package.name + '\n' + package.version + '\n' +
         package.architecture + '\n' + package.path;
}

class Writer {
 public:
  Writer(const ScanReport& report, std::ostream& out) : report_(report), json_(out) {
    for (const model::Finding* finding : WorstFirst(report.findings)) {
      if (const model::Package* package = PackageOf(*finding))
        findings_[KeyOf(*package)].push_back(finding);
    }
  }

  void Write() {
    json_.BeginObject();
    json_.String("spdxVersion", "SPDX-2.3");
    json_.String("dataLicense", "CC0-1.0");
    json_.String("SPDXID", kDocument);
    json_.String("name", report_.target);
    json_.String("documentNamespace", "urn:uuid:" + ReportUuid(report_));
    json_.BeginObject("creationInfo");
    json_.String("created", FormatRfc3339(report_.created));
    json_.BeginArray("creators");
    json_.String(Tool());
    json_.EndArray();
    json_.EndObject();
    WriteDocumentAnnotations();
    json_.BeginArray("packages");
    WriteTarget();
    if (report_.image.distribution) WriteSystem(*report_.image.distribution);
    for (const model::Package& package : report_.image.packages) WritePackage(package);
    json_.EndArray();
    WriteRelationships();
    json_.EndObject();
  }

 private:
  std::string Tool() const {
    return "Tool: narrows" + (report_.tool_version.empty() ? "" : "-" + report_.tool_version);
  }

  void Annotate(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    json_.BeginObject();
    json_.String("annotator", Tool());
    json_.String("annotationDate", FormatRfc3339(report_.created));
    json_.String("annotationType", "OTHER");
    json_.String("comment", std::string(key) + ": " + std::string(value));
    json_.EndObject();
  }

  void WriteDocumentAnnotations() {
    json_.BeginArray("annotations");
    Annotate("unknownReason", report_.unknown_reason);
    if (!report_.image.complete && report_.image.statuses.empty())
      Annotate("status", "not all of the target could be read");
    for (const std::string& text : report_.image.statuses) Annotate("status", text);
    for (const std::string& text : report_.warnings) Annotate("warning", text);
    json_.EndArray();
  }

  // What every package must have.
  void BeginPackage(std::string_view id, std::string_view name, std::string_view version,
                    std::string_view purpose) {
    json_.BeginObject();
    json_.String("SPDXID", id);
    json_.String("name", name);
    json_.OptionalString("versionInfo", version);
    json_.String("downloadLocation", kNobodySays);
    json_.Bool("filesAnalyzed", false);
    json_.String("licenseConcluded", kNobodySays);
    json_.String("licenseDeclared", kNobodySays);
    json_.String("copyrightText", kNobodySays);
    json_.String("primaryPackagePurpose", purpose);
  }

  void WriteTarget() {
    const model::ImageAnalysis& image = report_.image;
    const bool is_image = report_.kind == TargetKind::kImage;
    BeginPackage(kTarget, report_.target, image.digest, is_image ? "CONTAINER" : "OTHER");
    json_.BeginArray("annotations");
    Annotate("imageDigest", image.digest);
    Annotate("indexDigest", image.index_digest);
    Annotate("configDigest", image.config_digest);
    if (is_image) Annotate("platform", image.platform.ToString());
    for (const model::Layer& layer : image.layers) Annotate("diffId", layer.diff_id);
    json_.EndArray();
    json_.EndObject();
  }

  void WriteSystem(const model::Distribution& distribution) {
    BeginPackage(kSystem, distribution.id.empty() ? "unknown" : distribution.id,
                 distribution.version_id, "OPERATING-SYSTEM");
    json_.OptionalString("description", distribution.pretty_name);
    json_.BeginArray("annotations");
    Annotate("versionCodename", distribution.version_codename);
    Annotate("idLike", distribution.id_like);
    json_.EndArray();
    json_.EndObject();
  }

  // From what tells the package from others, so that it is the same in every document.
  std::string NewId(const model::Package& package) {
    const std::string base = "SPDXRef-Package-" + Sha256Hex(KeyOf(package)).substr(0, 16);
    std::string id = base;
    for (int i = 2; !taken_.insert(id).second; ++i) id = base + "-" + std::to_string(i);
    return id;
  }

  void WritePackage(const model::Package& package) {
    ids_.push_back(NewId(package));
    BeginPackage(ids_.back(), package.name, package.version, "LIBRARY");
    const bool has_source =
        ecosystems::IsDistribution(package.ecosystem) && !package.source_name.empty();
    if (has_source)
      json_.String("sourceInfo",
                   "built package from: " + package.source_name + " " + package.source_version);
    if (!package.vendor.empty()) json_.String("supplier", "Organization: " + package.vendor);
    json_.BeginArray("externalRefs");
    WriteReference("PACKAGE-MANAGER", "purl", package.purl, "");
    if (const auto found = findings_.find(KeyOf(package)); found != findings_.end()) {
      for (const model::Finding* finding : found->second) WriteAdvisory(*finding);
    }
    json_.EndArray();
    json_.BeginArray("annotations");
    Annotate("ecosystem", package.ecosystem);
    if (package.source_name != package.name) Annotate("sourceName", package.source_name);
    if (package.source_version != package.version)
      Annotate("sourceVersion", package.source_version);
    Annotate("path", package.path);
    Annotate("layer", package.layer);
    Annotate("evidence", ToString(package.evidence));
    Annotate("owner", package.owner);
    Annotate("modularity", package.modularity);
    Annotate("vendor", package.vendor);
    json_.EndArray();
    json_.EndObject();
  }

  void WriteReference(std::string_view category, std::string_view type, std::string_view locator,
                      std::string_view comment) {
    if (!IsLocator(locator)) return;
    json_.BeginObject();
    json_.String("referenceCategory", category);
    json_.String("referenceType", type);
    json_.String("referenceLocator", locator);
    json_.OptionalString("comment", comment);
    json_.EndObject();
  }

  void WriteAdvisory(const model::Finding& finding) {
    const model::VulnerabilityDetail& detail = finding.vulnerability;
    WriteReference("SECURITY", "advisory", detail.url,
                   detail.id + ": " + std::string(ToString(finding.severity)) + ", " +
                       std::string(ToString(detail.status)) +
                       (detail.fixed_version.empty() ? "" : " in " + detail.fixed_version));
  }

  void WriteRelationship(std::string_view element, std::string_view type, std::string_view other) {
    json_.BeginObject();
    json_.String("spdxElementId", element);
    json_.String("relationshipType", type);
    json_.String("relatedSpdxElement", other);
    json_.EndObject();
  }

  void WriteRelationships() {
    json_.BeginArray("relationships");
    WriteRelationship(kDocument, "DESCRIBES", kTarget);
    if (report_.image.distribution) WriteRelationship(kTarget, "CONTAINS", kSystem);
    for (const std::string& id : ids_) WriteRelationship(kTarget, "CONTAINS", id);
    json_.EndArray();
  }

  const ScanReport& report_;
  JsonWriter json_;
  std::map<std::string, std::vector<const model::Finding*>> findings_;  // by KeyOf
  std::set<std::string> taken_;
  std::vector<std::string> ids_;  // of the packages
};

}  // namespace

void WriteSpdxJson(const ScanReport& report, std::ostream& out) { Writer(report, out).Write(); }

}  // namespace narrows::report::documents
