#include "model/severity.h"

#include <array>

#include "base/strings.h"

namespace narrows::model {
namespace {

struct Word {
  std::string_view text;
  Severity severity;
};
constexpr std::array kWords = {
    Word{"unknown", Severity::kUnknown},        Word{"none", Severity::kNone},
    Word{"negligible", Severity::kNegligible},  Word{"low", Severity::kLow},
    Word{"medium", Severity::kMedium},          Word{"high", Severity::kHigh},
    Word{"critical", Severity::kCritical},      Word{"untriaged", Severity::kUnknown},
    Word{"unimportant", Severity::kNegligible}, Word{"moderate", Severity::kMedium},
    Word{"important", Severity::kHigh},
};

}  // namespace

std::string_view ToString(Severity severity) {
  switch (severity) {
    case Severity::kUnknown:
      return "Unknown";
    case Severity::kNone:
      return "None";
    case Severity::kNegligible:
      return "Negligible";
    case Severity::kLow:
      return "Low";
    case Severity::kMedium:
      return "Medium";
    case Severity::kHigh:
      return "High";
    case Severity::kCritical:
      return "Critical";
  }
  return "Unknown";
}

std::optional<Severity> ParseSeverity(std::string_view text) {
  const std::string lower = ToLower(text);
  for (const Word& word : kWords) {
    if (word.text == lower) return word.severity;
  }
  return std::nullopt;
}

Severity SeverityOfScore(double score) {
  if (score <= 0) return Severity::kNone;
  if (score < 4) return Severity::kLow;
  if (score < 7) return Severity::kMedium;
  if (score < 9) return Severity::kHigh;
  return Severity::kCritical;
}

}  // namespace narrows::model
