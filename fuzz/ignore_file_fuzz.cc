#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "findings/ignore_file.h"

// A file that is accepted gives rules that can be applied; none of them suppresses a stranger.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rules = narrows::findings::ParseIgnoreFile(text);
  if (!rules.has_value()) return 0;
  narrows::model::Finding named;
  if (!rules->empty()) named.vulnerability.id = rules->front().id;
  narrows::model::Finding stranger;
  stranger.vulnerability.id = "no identifier in any file";
  const auto result = narrows::findings::ApplyIgnoreRules(
      *rules, narrows::TimePoint(narrows::Duration(0)), {named, stranger});
  NARROWS_CHECK(result.kept.size() + result.suppressed.size() == 2);
  NARROWS_CHECK(result.kept.back().vulnerability.id == stranger.vulnerability.id);
  return 0;
}
