#pragma once

#include <string>
#include <vector>

#include "advisories/vex/document.h"
#include "base/clock.h"
#include "base/result.h"

namespace narrows::advisories::vex {

// One statement to be written as a document of its own.
struct Draft {
  std::vector<std::string> products;         // package URLs, or other IRIs
  std::vector<std::string> subcomponents;    // of each product
  std::vector<std::string> vulnerabilities;  // the name, then its aliases
  std::string status;
  std::string justification;
  std::string impact;
  std::string action;
  std::string notes;
  std::string author;
  std::string tooling;
  std::string id;  // of the document; empty: made of the content
};

// OpenVEX 0.2.0, with a line break at the end. kInvalidArgument names what the specification asks
// for or forbids, in the words of `narrows vex create`.
Result<std::string> WriteOpenVex(const Draft& draft, TimePoint now);

}  // namespace narrows::advisories::vex
