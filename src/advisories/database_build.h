#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "advisories/database_metadata.h"
#include "base/call_context.h"
#include "base/result.h"

namespace narrows::advisories {

struct BuildOptions {
  std::filesystem::path osv;   // folder of OSV's bulk layout: <Ecosystem>/all.zip
  std::filesystem::path kev;   // CISA's JSON; empty: none
  std::filesystem::path epss;  // FIRST's CSV, gzip or plain; empty: none
  // Folders of CSAF, OpenVEX or CycloneDX documents, subfolders included: files named *.json.
  std::vector<std::filesystem::path> vex;
  std::filesystem::path output;  // replaced by a rename
};

struct BuildProgress {
  std::string step;   // "reading Debian", "writing"
  uint64_t done = 0;  // archives
  uint64_t total = 0;
  uint64_t records = 0;  // so far
};
using BuildProgressFunction = std::function<void(const BuildProgress&)>;

struct BuildStats {
  DatabaseMetadata metadata;
  // What was left out and why, one sentence each; at most 20, the rest is in the sources' counts.
  std::vector<std::string> statuses;
};

// Compiles the feeds into one database file. The same input gives the same bytes. Records that
// cannot be read are left out and named; a damaged archive or feed is an error, and the old file
// stays. One record at a time is in memory as text; the encoded ones take about three times the
// size of the file that comes out. `progress` may be null and is called about every 1,000 records.
Result<BuildStats> BuildDatabase(const BuildOptions& options, const CallContext& context,
                                 const BuildProgressFunction& progress);

}  // namespace narrows::advisories
