#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace narrows::advisories {

// What the database says of one OSV ecosystem and release.
struct EcosystemCount {
  std::string name;  // "Debian:12"
  uint64_t advisories = 0;
  uint64_t packages = 0;
  friend bool operator==(const EcosystemCount&, const EcosystemCount&) = default;
};

// One input archive.
struct SourceCount {
  std::string name;        // the folder: "Debian"
  uint64_t records = 0;    // read
  uint64_t withdrawn = 0;  // of these, left out
  uint64_t repeated = 0;   // of these, also in another archive
  uint64_t refused = 0;    // could not be read
  std::optional<TimePoint> newest;
  friend bool operator==(const SourceCount&, const SourceCount&) = default;
};

struct DatabaseMetadata {
  uint32_t format_version = 0;
  uint64_t bytes = 0;                      // of the file
  uint64_t advisories = 0;                 // records, withdrawn ones left out
  std::optional<TimePoint> newest;         // the latest `modified` of a record: the data's age
  std::vector<EcosystemCount> ecosystems;  // sorted by name
  std::vector<SourceCount> sources;        // sorted by name
  std::string kev_version;                 // empty without a catalogue
  std::string kev_released;
  uint64_t kev_entries = 0;
  std::string epss_model;  // empty without scores
  std::string epss_date;
  uint64_t epss_entries = 0;
  uint64_t vex_documents = 0;  // CSAF, OpenVEX and CycloneDX
  uint64_t vex_statements = 0;
  std::string vex_digest;  // tells their tables apart; empty without any

  // Whether any advisory speaks of this ecosystem and release.
  bool SpeaksOf(std::string_view ecosystem) const;

  // Tells databases of different data apart: 16 hexadecimal digits.
  std::string Identity() const;
};

// The metadata section; format_version and bytes are not part of it.
std::string WriteMetadata(const DatabaseMetadata& metadata);
Result<DatabaseMetadata> ReadMetadata(std::string_view json);

}  // namespace narrows::advisories
