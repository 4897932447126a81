#pragma once

// Reports with every member in use and foreign text that tries to break out; for tests.

#include "report/scan_report.h"

namespace narrows::report::documents::testing {

inline TimePoint Noon(int day) {
  return TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 3 / day)) +
         std::chrono::hours(12);
}

inline model::Finding SampleFinding(const std::string& id, model::Severity severity,
                                    const std::string& package, const std::string& fixed) {
  model::Finding finding;
  finding.scanner = "vulnerability";
  finding.scanner_version = "1";
  finding.severity = severity;
  finding.subject = model::PackageSubject{
      "sha256:aaaa",
      model::Package{.ecosystem = "Debian",
                     .name = package,
                     .version = "1.2-3",
                     .architecture = "amd64",
                     .source_name = "src-" + package,
                     .source_version = "1.2-3",
                     .purl = "pkg:deb/debian/" + package + "@1.2-3?arch=amd64&distro=debian-12",
                     .path = "/var/lib/dpkg/status",
                     .layer = "sha256:1111"}};
  finding.vulnerability.id = id;
  finding.vulnerability.advisory = "DEBIAN-" + id;
  finding.vulnerability.source = "Debian:12";
  finding.vulnerability.fixed_version = fixed;
  finding.vulnerability.status =
      fixed.empty() ? model::FixStatus::kAffected : model::FixStatus::kFixed;
  finding.vulnerability.url = "https://security-tracker.debian.org/tracker/" + id;
  finding.vulnerability.summary = "overflow in \x1b[31mparser\"";
  finding.id = model::FindingIdentity(finding);
  return finding;
}

// Two images' worth of oddities: a critical known-exploited finding with CVSS 3.1, a low one
// without a fix, one suppressed, a hostile package name.
inline ScanReport SampleScan() {
  ScanReport report;
  report.tool_version = "0.1.0";
  report.created = Noon(10);
  report.target = "registry.example/shop/web:1.0";
  report.image.reference = report.target;
  report.image.digest = "sha256:aaaa";
  report.image.index_digest = "sha256:bbbb";
  report.image.config_digest = "sha256:cccc";
  report.image.has_package_database = true;
  report.image.layers = {{"sha256:1111", "sha256:2222", 1234, "application/vnd.oci.image.layer"}};
  report.image.distribution =
      model::Distribution{"debian", "", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"};
  auto low = SampleFinding("CVE-2024-0001", model::Severity::kLow, "zlib1g", "");
  auto critical = SampleFinding("CVE-2024-0002", model::Severity::kCritical, "libssl3", "3.0.11-1");
  critical.vulnerability.aliases = {"GHSA-xxxx"};
  critical.vulnerability.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  critical.vulnerability.cvss_score = 9.8;
  critical.vulnerability.vendor_severity = "high";
  critical.vulnerability.severity_source = "NVD";
  critical.vulnerability.kev = true;
  critical.vulnerability.epss = model::Epss{0.971, 0.998};
  critical.vulnerability.published = Noon(1);
  critical.vulnerability.modified = Noon(2);
  auto accepted = SampleFinding("CVE-2024-0003", model::Severity::kHigh, "curl", "7.88.1-10");
  auto hostile = SampleFinding("CVE-2024-0004", model::Severity::kUnknown,
                               "e\x1b]0;v\x07il\n\xff\xe2\x80\xae", "");
  for (const auto& finding : {low, critical, accepted, hostile})
    report.image.packages.push_back(std::get<model::PackageSubject>(finding.subject).package);
  model::Package& everything = report.image.packages.front();
  everything.evidence = model::Evidence::kLockFile;
  everything.owner = "python3-zlib";
  everything.modularity = "zlib:1:8090:abc";
  everything.vendor = "Example";
  report.findings = {low, critical, hostile};
  report.suppressed = {
      {std::make_shared<const model::Finding>(accepted), "ignore-file", "not reachable"}};
  report.hidden = 2;
  report.statuses = {"one record was damaged"};
  report.warnings = {"Debian 12 is out of support"};
  report.database =
      DatabaseState{"/var/lib/narrows/db/narrows.db", Noon(8), "abcd", {{"Debian", Noon(6)}}};
  report.judgement = PolicyJudgement{"ci",
                                     model::Verdict::kViolated,
                                     {{std::make_shared<const model::Finding>(critical), "severity",
                                       "Critical exceeds the accepted Medium"}}};
  return report;
}

inline AssessmentReport SampleAssessment() {
  AssessmentReport report;
  report.tool_version = "0.1.0";
  report.created = Noon(10);
  report.cluster = "9d3f";
  const ScanReport scan = SampleScan();
  const auto assess = [&](const std::string& name, model::Verdict verdict) {
    model::Assessment assessment;
    assessment.workload = {"9d3f", "shop", "apps/v1", "Deployment", name, "uid-" + name};
    assessment.policy = "demo";
    assessment.verdict = verdict;
    assessment.time = Noon(10);
    model::ContainerAssessment container;
    container.container = "main";
    container.image = "registry.example/shop/" + name;
    container.image_digest = "sha256:aaaa";
    container.verdict = verdict;
    container.findings = 3;
    if (verdict == model::Verdict::kViolated) {
      container.violations = scan.judgement->violations;
      container.violations.push_back({std::make_shared<const model::Finding>(scan.findings[0]),
                                      "epss", "EPSS 0.6 exceeds 0.5"});
      container.suppressions = scan.suppressed;
    }
    if (verdict == model::Verdict::kUnknown)
      container.unknown_reason = "the registry does not serve sha256:aaaa";
    assessment.containers = {container};
    return assessment;
  };
  report.assessments = {assess("clean", model::Verdict::kPassed),
                        assess("web", model::Verdict::kViolated),
                        assess("gone", model::Verdict::kUnknown)};
  model::ActionRecord action;
  action.id = "a1";
  action.kind = "quarantine";
  action.workload = report.assessments[1].workload;
  action.policies = {"demo"};
  action.actor = "policy/demo";
  action.reason = "CVE-2024-0002";
  action.time = Noon(10);
  action.until = Noon(13);
  action.effectiveness = {false, {"allow-all"}, "allow-all admits every peer"};
  action.pods = {"web-1"};
  report.actions = {action};
  report.warnings = {"one namespace could not be listed"};
  report.database = scan.database;
  return report;
}

}  // namespace narrows::report::documents::testing
