#include "response/response_action.h"

namespace narrows::response {

std::string Operation::ToString() const {
  std::string text;
  switch (verb) {
    case Verb::kCreate:
      text = "create ";
      break;
    case Verb::kMergePatch:
      text = "patch ";
      break;
    case Verb::kDelete:
      text = "delete ";
      break;
    case Verb::kChangePod:
      text = "label ";
      break;
  }
  text += object.type.plural;
  if (!object.subresource.empty()) text += "/" + object.subresource;
  text += " ";
  if (!object.name_space.empty()) text += object.name_space + "/";
  text += object.name;
  if (verb == Verb::kChangePod) text += ": " + change.ToString();
  return text;
}

std::string_view ToString(Standing standing) {
  switch (standing) {
    case Standing::kNew:
      return "new";
    case Standing::kChanged:
      return "changed";
    case Standing::kKept:
      return "kept";
    case Standing::kReleased:
      return "released";
    case Standing::kHeldBack:
      return "held back";
    case Standing::kPlanned:
      return "planned";
  }
  return "";
}

}  // namespace narrows::response
