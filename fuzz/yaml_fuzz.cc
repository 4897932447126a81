// YAML of any origin: policies, kubeconfigs.
#include <cstddef>
#include <cstdint>

#include "base/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)narrows::ParseYamlDocuments({reinterpret_cast<const char*>(data), size});
  return 0;
}
