#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::ecosystems {

// Takes the first line off `rest`, without its line end ("\n" or "\r\n"); nothing when `rest` is
// empty.
std::optional<std::string_view> NextLine(std::string_view& rest);

// Whether the text can stand as a name, a version or an architecture: 1 to 512 bytes of printable
// ASCII without blanks.
bool IsToken(std::string_view text);

// Gathers what is wrong with a file, bounded: the first few complaints, and how many more there
// were.
class Complaints {
 public:
  void Add(std::string complaint);
  bool empty() const { return count_ == 0; }
  std::vector<std::string> Take() &&;

 private:
  std::vector<std::string> first_;
  size_t count_ = 0;
};

}  // namespace narrows::ecosystems
