#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "advisories/database_format.h"

namespace narrows::advisories {

// A heap of the database file under construction; each string is kept once. References stay valid.
class StringHeap {
 public:
  StringHeap();
  ~StringHeap();

  // 0 for the empty string. Above 4 GiB every reference is 0 and overflowed() is true.
  StringRef Intern(std::string_view text);
  std::string_view Get(StringRef ref) const;

  bool overflowed() const { return overflowed_; }
  std::string Take() { return std::move(bytes_.out()); }

 private:
  struct Index;
  Encoder bytes_;
  std::unique_ptr<Index> index_;
  bool overflowed_ = false;
};

}  // namespace narrows::advisories
