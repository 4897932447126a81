#pragma once

#include <string>
#include <string_view>

#include "advisories/database.h"
#include "advisories/database_encoder.h"
#include "base/result.h"

namespace narrows::advisories::distribution {

// What has to be done to one database to get another: the records that are new, changed or gone,
// and the side tables, which change every day as a whole. Compressed. References within the file
// move with every record, so a difference of the files' bytes would be nearly all of them.
Result<std::string> MakeDelta(const AdvisoryDatabase& from, const AdvisoryDatabase& to);

// The file that `delta` was made for, byte for byte. kDataLoss when the delta is malformed. Takes
// about three times the new file's size in memory.
Result<EncodedDatabase> ApplyDelta(const AdvisoryDatabase& from, std::string_view delta);

}  // namespace narrows::advisories::distribution
