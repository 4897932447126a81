#include "ecosystems/record_text.h"

#include <algorithm>

namespace narrows::ecosystems {
namespace {

constexpr size_t kMostComplaints = 5;
constexpr size_t kMostTokenBytes = 512;

}  // namespace

std::optional<std::string_view> NextLine(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kMostTokenBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void Complaints::Add(std::string complaint) {
  if (count_++ < kMostComplaints) first_.push_back(std::move(complaint));
}

std::vector<std::string> Complaints::Take() && {
  if (count_ > kMostComplaints)
    first_.push_back("and " + std::to_string(count_ - kMostComplaints) + " more of the kind");
  return std::move(first_);
}

}  // namespace narrows::ecosystems
