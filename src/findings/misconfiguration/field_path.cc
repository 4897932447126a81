#include "findings/misconfiguration/field_path.h"

#include "base/strings.h"

namespace narrows::findings::misconfiguration {

FieldPath FieldPath::Key(std::string_view key) const {
  FieldPath longer = *this;
  longer.steps_.push_back({std::string(key), 0, false});
  return longer;
}

FieldPath FieldPath::Keys(std::string_view dotted) const {
  FieldPath longer = *this;
  for (const std::string_view key : Split(dotted, '.'))
    longer.steps_.push_back({std::string(key), 0, false});
  return longer;
}

FieldPath FieldPath::Index(size_t index) const {
  FieldPath longer = *this;
  longer.steps_.push_back({"", index, true});
  return longer;
}

std::string FieldPath::ToString() const {
  std::string text;
  for (const Step& step : steps_) {
    if (step.is_index) {
      text += "[" + std::to_string(step.index) + "]";
    } else if (step.key.empty() || step.key.find_first_of(".[]'/ ") != std::string::npos) {
      text += "['" + Printable(step.key) + "']";
    } else {
      text += (text.empty() ? "" : ".") + Printable(step.key);
    }
  }
  return text;
}

}  // namespace narrows::findings::misconfiguration
