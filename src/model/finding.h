#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "model/package.h"
#include "model/severity.h"

namespace narrows::model {

enum class FindingKind {
  kVulnerability,
  kErratum,        // bug-fix and enhancement advisories: never violate a vulnerability baseline
  kInformational,  // unmaintained, unsound, notice
  kMalware,        // a package reported as malicious
  kMisconfiguration,
  kBehaviour,
  kSecret,
};
std::string_view ToString(FindingKind kind);  // "vulnerability", …

// Whether and how the vendor deals with it; the words are what other scanners print.
enum class FixStatus { kFixed, kAffected, kWillNotFix, kFixDeferred, kEndOfLife };
std::string_view ToString(
    FixStatus status);  // "fixed", "affected", "will_not_fix", "fix_deferred", "end_of_life"

struct Epss {
  double score = 0;       // probability, 0 to 1
  double percentile = 0;  // 0 to 1
  friend bool operator==(const Epss&, const Epss&) = default;
};

// What an advisory says of a package.
struct VulnerabilityDetail {
  std::string id;                    // the CVE where there is one, else the advisory's own id
  std::string advisory;              // the record's id, e.g. DEBIAN-CVE-2023-0001
  std::vector<std::string> aliases;  // sorted, without id
  std::string source;                // OSV ecosystem with release: "Debian:12"
  std::string fixed_version;         // of the source package; empty when there is no fix
  FixStatus status = FixStatus::kAffected;
  std::string url;
  std::string summary;          // at most 120 characters
  std::string cvss_vector;      // empty when nobody gives one
  double cvss_score = -1;       // base score of the vector; -1 without
  std::string vendor_severity;  // the vendor's own word, e.g. Ubuntu's priority
  std::string severity_source;  // who gave the severity: the record's source, or that of another
                                // record of the CVE
  bool kev = false;             // in CISA's catalogue of known exploited vulnerabilities
  std::optional<Epss> epss;
  std::optional<TimePoint> published;
  std::optional<TimePoint> modified;
};

// A package in an image (or in a directory, where the digest is empty).
struct PackageSubject {
  std::string image_digest;
  Package package;
};

// A field of a workload's configuration.
struct WorkloadFieldSubject {
  std::string workload;  // WorkloadRef::ToString()
  std::string field;     // JSON path
};

struct NodeCheckSubject {
  std::string node;
  std::string check;
};

struct Finding {
  std::string id;  // stable: see FindingIdentity
  FindingKind kind = FindingKind::kVulnerability;
  std::string scanner;  // "vulnerability"
  std::string scanner_version;
  Severity severity = Severity::kUnknown;  // normalised
  std::variant<PackageSubject, WorkloadFieldSubject, NodeCheckSubject> subject;
  VulnerabilityDetail vulnerability;  // of kVulnerability, kErratum, kInformational, kMalware
};

// A stable identity: SHA-256 (first 32 hex digits) of kind, scanner, what was found and where. The
// same CVE in the same package version of the same image has the same id in every run and every
// data base.
std::string FindingIdentity(const Finding& finding);

}  // namespace narrows::model
