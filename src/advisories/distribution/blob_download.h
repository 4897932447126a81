#pragma once

#include <filesystem>
#include <functional>

#include "advisories/distribution/release.h"
#include "advisories/distribution/release_source.h"
#include "base/call_context.h"
#include "base/result.h"

namespace narrows::advisories::distribution {

// Fetches a blob into a file, beginning where an earlier attempt ended, this time or another; tries
// again where that may help. The bytes fetched now. kDataLoss, and no file, when it is not the
// blob.
Result<uint64_t> DownloadBlob(ReleaseSource& source, const Blob& blob,
                              const std::filesystem::path& path, const CallContext& context,
                              const std::function<void(uint64_t done)>& progress);

}  // namespace narrows::advisories::distribution
