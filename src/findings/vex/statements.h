#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "advisories/vex/document.h"
#include "findings/vex/product_match.h"
#include "model/assessment.h"
#include "model/finding.h"
#include "model/vex_statement.h"

namespace narrows::findings::vex {

struct SourcedDocument {
  std::string source;  // "--vex app.json", "policy production"
  // Shared: a policy's is in force under each copy of the policy.
  std::shared_ptr<const advisories::vex::Document> document;
};

// All statements of some documents, found by vulnerability. Immutable.
class Statements {
 public:
  Statements() = default;
  explicit Statements(std::vector<SourcedDocument> documents);

  bool empty() const { return by_vulnerability_.empty(); }
  const std::vector<SourcedDocument>& documents() const { return documents_; }

  // The statement that holds for the finding, whatever its status; null where none speaks of it. A
  // vulnerability is known by any of its names, in any case. Of several statements the newest
  // counts; of the same time the more specific (Specificity); then of one document the later; then
  // the one that suppresses nothing.
  std::shared_ptr<const model::VexStatement> Find(const model::Finding& finding,
                                                  const Target& target) const;

 private:
  struct Place {
    uint32_t document;
    uint32_t statement;
  };

  std::vector<SourcedDocument> documents_;
  std::unordered_map<std::string, std::vector<Place>> by_vulnerability_;  // in lower case
};

// Those of both; `more` may be null.
Statements Join(const Statements& statements, const Statements* more);

// Whether it says that nothing is to be done: not_affected, fixed.
bool Suppresses(const model::VexStatement& statement);

struct Sorted {
  std::vector<model::Finding> kept;
  std::vector<model::Suppression> suppressed;  // by "vex"
};

// Sorts out what the statements, and what is `stated` elsewhere of the findings, say is not so.
Sorted Apply(const Statements& statements, const model::StatedOfFindings& stated,
             const Target& target, std::vector<model::Finding> findings);

}  // namespace narrows::findings::vex
