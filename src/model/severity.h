#pragma once

#include <optional>
#include <string_view>

namespace narrows::model {

// Normalised; kUnknown is shown and never violates a baseline by severity.
enum class Severity { kUnknown, kNone, kNegligible, kLow, kMedium, kHigh, kCritical };

// "Unknown", "None", "Negligible", "Low", "Medium", "High", "Critical": Harbor's and the policies'
// spelling.
std::string_view ToString(Severity severity);

// Any case; also the vendors' words "moderate", "important", "unimportant", "untriaged".
std::optional<Severity> ParseSeverity(std::string_view text);

// Of a CVSS base score by the qualitative scale common to v3.x and v4.0 (0 None, <4 Low, <7 Medium,
// <9 High).
Severity SeverityOfScore(double score);

}  // namespace narrows::model
