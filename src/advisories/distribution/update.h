#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "advisories/distribution/release.h"
#include "advisories/distribution/release_source.h"
#include "base/call_context.h"
#include "base/result.h"

namespace narrows::advisories::distribution {

struct UpdateOptions {
  std::filesystem::path database;
  std::vector<std::string> public_keys_pem;  // one of these must have signed
  bool accept_unsigned = false;              // then keys are not asked for
  bool accept_older = false;                 // a release older than the one in use
};

struct UpdateProgress {
  uint64_t done = 0;  // bytes of the blob that is fetched
  uint64_t total = 0;
};

struct UpdateResult {
  Release release;
  bool changed = false;   // false: the release was in use already
  bool by_delta = false;  // else the whole file was fetched
  uint64_t fetched = 0;   // bytes of blobs, this time
  // Why a delta that there is was not used; may be empty.
  std::string status;
};

// Brings the database to the source's newest release: by a delta where there is one for the file in
// use, else whole. What was fetched before an interruption is not fetched again. The file is
// replaced by a rename when everything is verified: signature, digest, its own checksums. At any
// failure the one in use stays.
//
// kUnauthenticated (no signature by a key), kFailedPrecondition (unsigned, older than the one in
// use, or another format), kDataLoss (bytes that are not the signed ones), kUnavailable.
Result<UpdateResult> UpdateDatabase(ReleaseSource& source, const UpdateOptions& options,
                                    const CallContext& context,
                                    const std::function<void(const UpdateProgress&)>& progress);

}  // namespace narrows::advisories::distribution
