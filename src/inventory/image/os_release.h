#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "model/package.h"

namespace narrows::inventory::image {

inline constexpr size_t kMostOsReleaseBytes = size_t{64} * 1024;

// Reads os-release(5): shell assignments, quoted or not; the last one of a name counts, lines that
// are none are passed over. kDataLoss when the text says nothing that is of use.
Result<model::Distribution> ParseOsRelease(std::string_view text);

}  // namespace narrows::inventory::image
