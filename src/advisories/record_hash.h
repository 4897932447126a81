#pragma once

#include <cstdint>

#include "advisories/advisory.h"

namespace narrows::advisories {

// Two records with one id judge and show alike where their hashes are equal: it covers all but what
// is only text (summary, URL) and the times. The same on every machine and in every build.
uint64_t HashRecord(const AdvisoryRecord& record);

}  // namespace narrows::advisories
