// Reads the input as TOML; what the visitor is told must lie within bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/toml.h"

namespace {

class Toucher final : public narrows::TomlVisitor {
 public:
  void OnTable(std::string_view name, bool) override { Touch(name); }
  void OnValue(std::string_view key, std::string_view value, bool) override {
    Touch(key);
    Touch(value);
  }

 private:
  void Touch(std::string_view text) {
    for (const char c : text) sum_ = sum_ + static_cast<unsigned char>(c);
  }
  volatile unsigned sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Toucher toucher;
  (void)narrows::ReadToml({reinterpret_cast<const char*>(data), size}, toucher).has_value();
  return 0;
}
