// Reads the input as the manifest of an image without rpm.
#include <cstddef>
#include <cstdint>

#include "rpm_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return ReadRpmFile("var/lib/rpmmanifest/container-manifest-2", data, size);
}
