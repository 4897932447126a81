#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "advisories/vex/document.h"
#include "base/result.h"

namespace narrows::advisories {

// What vendors state of vulnerabilities, as a database holds it.
struct VexTable {
  // By vulnerability, in lower case: what DecodeStated reads.
  std::map<std::string, std::string, std::less<>> entries;
  uint64_t documents = 0;
  uint64_t statements = 0;
};

// Sorts documents by the vulnerabilities that they speak of. The same documents give the same
// table, in any order. What a database does not need is left out: actions, and more than 200 bytes
// of an impact statement.
class VexTableBuilder {
 public:
  void Add(const vex::Document& document);
  VexTable Finish() &&;

 private:
  std::map<std::string, std::vector<std::string>> parts_;  // by vulnerability: encoded documents
  uint64_t documents_ = 0;
  uint64_t statements_ = 0;
};

// The documents of the entry of a vulnerability, each with its statements of that only. kDataLoss
// when it is damaged.
Result<std::vector<vex::Document>> DecodeStated(std::string_view vulnerability,
                                                std::string_view entry);

}  // namespace narrows::advisories
