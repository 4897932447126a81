#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/finding.h"

namespace narrows::advisories {

// The events and ranges of the OSV schema, section "affected[].ranges[]".
enum class EventType : uint8_t { kIntroduced, kFixed, kLastAffected, kLimit };

struct Event {
  EventType type = EventType::kIntroduced;
  std::string version;  // "0" of kIntroduced stands before every version
  friend bool operator==(const Event&, const Event&) = default;
};

// ECOSYSTEM and SEMVER ranges. Those of commits (GIT) say nothing about a package's version and are
// not kept.
struct Range {
  std::vector<Event> events;  // as written
  friend bool operator==(const Range&, const Range&) = default;
};

// What a record says of one package of one release.
struct Affected {
  std::string ecosystem;  // with the release: "Debian:12"
  // ecosystems::CanonicalName; of distributions the source package, of some the installed one
  std::string package;
  std::vector<Range> ranges;
  std::vector<std::string> versions;  // affected whatever the ranges say
  // What the vendor does about it while there is no fix: kAffected, kWillNotFix, kFixDeferred or
  // kEndOfLife.
  model::FixStatus unfixed = model::FixStatus::kAffected;
  std::string vendor_severity;  // the vendor's word for this package; may be empty
  std::string cvss_vector;      // for this package; may be empty
  friend bool operator==(const Affected&, const Affected&) = default;
};

// One OSV record, reduced to what judging and showing a finding needs.
struct AdvisoryRecord {
  std::string id;
  model::FindingKind kind = model::FindingKind::kVulnerability;
  // The ids findings are filed under: the CVE ids the record is about, else its own id. Never
  // empty, sorted.
  std::vector<std::string> vulnerabilities;
  std::vector<std::string> aliases;  // other names of the same thing, sorted, without id
  TimePoint modified;
  std::optional<TimePoint> published;
  bool withdrawn = false;
  std::string summary;          // one line of at most 120 characters
  std::string url;              // http or https; may be empty
  std::string vendor_severity;  // the vendor's word; may be empty
  std::string cvss_vector;      // the one of the newest CVSS version that can be scored
  std::string severity_source;  // who gave the vector, where the record says so
  std::vector<Affected> affected;
  friend bool operator==(const AdvisoryRecord&, const AdvisoryRecord&) = default;
};

}  // namespace narrows::advisories
