#include "model/action.h"

namespace narrows::model {

std::string_view ToString(Isolation isolation) {
  return isolation == Isolation::kDetach ? "detach" : "deny";
}

}  // namespace narrows::model
