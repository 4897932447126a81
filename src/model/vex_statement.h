#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace narrows::model {

// What somebody states of a vulnerability in a product (Vulnerability Exploitability eXchange), as
// it is shown.
struct VexStatement {
  std::string source;    // where the document was taken from: a file, a policy, the database
  std::string document;  // its own id
  std::string author;
  std::string status;         // "not_affected", "fixed", "affected", "under_investigation"
  std::string justification;  // the document's own label; may be empty
  std::string impact;         // in words; may be empty
  std::optional<TimePoint> time;

  // "not_affected (vulnerable_code_not_present): IMPACT; by AUTHOR on 2026-03-31 in DOCUMENT"
  std::string ToString() const;

  friend bool operator==(const VexStatement&, const VexStatement&) = default;
};

// What is stated of findings, by their ids. Shared with whatever it suppresses.
using StatedOfFindings = std::unordered_map<std::string, std::shared_ptr<const VexStatement>>;

// The newer of two; of the same time, or where one is null, the first that is there.
std::shared_ptr<const VexStatement> Newer(std::shared_ptr<const VexStatement> a,
                                          std::shared_ptr<const VexStatement> b);

}  // namespace narrows::model
