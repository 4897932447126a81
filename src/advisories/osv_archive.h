#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::advisories {

struct ArchiveLimits {
  size_t entry_bytes = size_t{32} << 20;
  uint64_t entries = 4'000'000;
  uint64_t total_bytes = uint64_t{64} << 30;  // unpacked
};

// Calls visit(name, content) for each "*.json" of a zip file, in the archive's order, one in memory
// at a time. An entry above the limit is passed as kResourceExhausted in place of its content.
// Ends with visit's first failure; kDataLoss for a damaged or truncated archive.
Status ReadOsvArchive(
    const std::filesystem::path& path, const ArchiveLimits& limits,
    const std::function<Status(std::string_view name, Result<std::string_view> content)>& visit);

// The content of a file, unpacked when it is compressed by gzip; kResourceExhausted above `most`
// bytes.
Result<std::string> ReadMaybeCompressed(const std::filesystem::path& path, size_t most);

}  // namespace narrows::advisories
