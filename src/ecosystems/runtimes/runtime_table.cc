#include "ecosystems/runtimes/runtime_table.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::runtimes {
namespace {

// Whether the text is as the pattern, in which "*" is any bytes but "/". What the first one stands
// for is put into `first`, if there is one.
bool IsLike(std::string_view text, std::string_view pattern, std::string_view* first) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (size_t size = text.size() + 1; size-- > 0;) {
    const std::string_view stands_for = text.substr(0, size);
    if (stands_for.find('/') != std::string_view::npos) continue;
    if (!IsLike(text.substr(size), pattern, nullptr)) continue;
    if (first != nullptr) *first = stands_for;
    return true;
  }
  return false;
}

std::string_view NumbersAtFront(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(),
                                    [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  text = text.substr(0, static_cast<size_t>(end - text.begin()));
  while (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool EndsAs(std::string_view path, std::string_view end, std::string_view& name) {
  name = {};
  // As many names of the path as the pattern has.
  auto slashes = std::count(end.begin(), end.end(), '/');
  size_t start = path.size();
  while (start > 0 && (path[start - 1] != '/' || slashes-- > 0)) --start;
  std::string_view stands_for;
  if (!IsLike(path.substr(start), end, &stands_for)) return false;
  name = NumbersAtFront(stands_for);
  if (name.find('.') == std::string_view::npos) name = {};
  return true;
}

Result<std::vector<Runtime>> ParseRuntimeTable(std::string_view text) {
  std::vector<Runtime> runtimes;
  size_t number = 0;
  while (const auto line = NextLine(text)) {
    ++number;
    if (line->empty() || line->starts_with('#')) continue;
    const std::string where = "line " + std::to_string(number) + " of the table of runtimes";
    const std::vector<std::string_view> parts = Split(*line, '\t');
    if (parts.size() != 4) return InvalidArgument(where + " has not four parts");
    ASSIGN_OR_RETURN_WITHIN(BytePattern pattern, BytePattern::Parse(parts[3]), where);
    const size_t colon = parts[1].find(':');
    const bool judged = colon != std::string_view::npos;
    Runtime runtime{.name = parts[0],
                    .ecosystem = parts[1].substr(0, colon),
                    .judged_as = judged ? parts[1].substr(colon + 1) : parts[0],
                    .programs = {},
                    .texts = {},
                    .pattern = std::move(pattern)};
    for (const std::string_view file : Split(parts[2], ' ')) {
      const bool is_text = file.starts_with('=');
      if (file.size() == (is_text ? 1u : 0u)) return InvalidArgument(where + " has an empty file");
      (is_text ? runtime.texts : runtime.programs).push_back(file.substr(is_text ? 1 : 0));
    }
    if (!IsToken(runtime.name) || !IsToken(runtime.ecosystem) || !IsToken(runtime.judged_as))
      return InvalidArgument(where + " has no usable name");
    runtimes.push_back(std::move(runtime));
  }
  return runtimes;
}

}  // namespace narrows::ecosystems::runtimes
