// Reads the input as rpm's data base in the format ndb.
#include <cstddef>
#include <cstdint>

#include "rpm_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return ReadRpmFile("var/lib/rpm/Packages.db", data, size);
}
