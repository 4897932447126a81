#include "model/vex_statement.h"

namespace narrows::model {

std::string VexStatement::ToString() const {
  std::string text = status;
  if (!justification.empty()) text += " (" + justification + ")";
  if (!impact.empty()) text += ": " + impact;
  text += ";";
  if (!author.empty()) text += " by " + author;
  if (time) text += " on " + FormatRfc3339(*time).substr(0, 10);
  return text + " in " + (document.empty() ? source : document);
}

std::shared_ptr<const VexStatement> Newer(std::shared_ptr<const VexStatement> a,
                                          std::shared_ptr<const VexStatement> b) {
  if (!a || !b) return a ? a : b;
  return b->time.value_or(TimePoint::min()) > a->time.value_or(TimePoint::min()) ? b : a;
}

}  // namespace narrows::model
