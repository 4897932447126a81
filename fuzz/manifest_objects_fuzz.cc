#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "findings/misconfiguration/inspection.h"
#include "findings/misconfiguration/manifest.h"

// Whatever is read as objects can be inspected, and each field that is told of has a line.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace misconfiguration = narrows::findings::misconfiguration;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto objects = misconfiguration::ReadManifest(text, "f", {1u << 20, 64, 10'000});
  if (!objects.has_value()) return 0;
  std::vector<const boost::json::object*> values;
  for (const auto& object : *objects) values.push_back(&object.value.as_object());
  for (const auto& one : misconfiguration::Inspect(values)) {
    NARROWS_CHECK(one.check != nullptr && one.object < values.size());
    NARROWS_CHECK(misconfiguration::LineOf(objects->at(one.object), one.path) >= 1);
    NARROWS_CHECK(!one.path.ToString().empty());
  }
  return 0;
}
