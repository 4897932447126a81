#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace narrows::advisories::distribution {

// Bytes known by their digest, "sha256:" and 64 hexadecimal digits.
struct Blob {
  std::string digest;
  uint64_t bytes = 0;
  friend bool operator==(const Blob&, const Blob&) = default;
};

// What makes the database of an older release the one of this release (ApplyDelta).
struct ReleaseDelta {
  std::string from;  // digest of the older database file
  Blob blob;
  friend bool operator==(const ReleaseDelta&, const ReleaseDelta&) = default;
};

// An older release that the publisher keeps, to make deltas from.
struct OlderRelease {
  Blob database;
  Blob compressed;
  friend bool operator==(const OlderRelease&, const OlderRelease&) = default;
};

// One published database: the document that is signed.
struct Release {
  TimePoint published;  // rises from release to release: a release is newer by this alone
  uint32_t format = 0;  // of the database file
  Blob database;        // the file
  Blob compressed;      // the file, by zstd
  std::vector<ReleaseDelta> deltas;
  std::vector<OlderRelease> older;  // newest first
  friend bool operator==(const Release&, const Release&) = default;
};

constexpr size_t kMostReleaseBytes = 256 << 10;
constexpr size_t kMostDeltas = 32;
constexpr uint64_t kMostDatabaseBytes = uint64_t{16} << 30;
constexpr uint64_t kMostDeltaBytes = uint64_t{256} << 20;

std::string WriteRelease(const Release& release);

// kInvalidArgument names the member that is wrong; kResourceExhausted above a limit. Nothing of it
// ever becomes a path or a URL but digests, which are checked.
Result<Release> ParseRelease(std::string_view json);

// "sha256:" and the digest of bytes or of a file.
std::string DigestOf(std::string_view bytes);

}  // namespace narrows::advisories::distribution
