#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace narrows::ecosystems::rpm {

// What the header of an installed package says, as views into it; what is absent is empty.
struct Header {
  std::string_view name;
  std::optional<uint32_t> epoch;
  std::string_view version;
  std::string_view release;
  std::string_view architecture;
  std::string_view source_rpm;  // "openssl-1.1.1k-12.el8_9.src.rpm"
  std::string_view vendor;
  std::string_view modularity_label;  // "nodejs:18:8090020240201:rhel8"
};

// Reads a header as rpm's databases hold it (rpm, docs/manual/format_header.md, without the magic
// number and padding that it has in a package file). kDataLoss when its frame is damaged; an entry
// that is damaged is absent.
Result<Header> ParseHeader(std::string_view blob);

// Calls `visit` with the path of every file of the package, "/"-rooted, in the package's order; a
// path is valid during its call. Entries that are damaged end it, and so do paths that are out of
// all proportion to the header.
void ForEachFile(std::string_view blob, const std::function<void(std::string_view)>& visit);

}  // namespace narrows::ecosystems::rpm
