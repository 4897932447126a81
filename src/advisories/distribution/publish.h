#pragma once

#include <filesystem>
#include <string>

#include "advisories/distribution/release.h"
#include "base/clock.h"
#include "base/result.h"

namespace narrows::advisories::distribution {

struct PublishOptions {
  std::filesystem::path database;
  std::filesystem::path folder;  // what a web server gives out; made where it is missing
  std::string private_key_pem;   // empty: the release is not signed
  size_t deltas = 3;             // from so many older releases
};

// Puts a database into a folder as its newest release, with deltas from the ones before. The
// release is written last, by a rename: who reads meanwhile sees the old one or the new. Blobs that
// no longer belong to it go. kFailedPrecondition when it is the newest release already.
Result<Release> PublishRelease(const PublishOptions& options, TimePoint now);

}  // namespace narrows::advisories::distribution
