#include "storage/store.h"

namespace narrows::storage {

std::string_view ToString(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kImage:
      return "image";
    case ChangeKind::kFindings:
      return "findings";
    case ChangeKind::kAssessment:
      return "assessment";
    case ChangeKind::kAction:
      return "action";
    case ChangeKind::kPolicy:
      return "policy";
  }
  return "image";
}

}  // namespace narrows::storage
