#include "model/assessment.h"

namespace narrows::model {

std::string_view ToString(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kUnknown:
      return "unknown";
    case Verdict::kViolated:
      return "violated";
  }
  return "unknown";
}

}  // namespace narrows::model
