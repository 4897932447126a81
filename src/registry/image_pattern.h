#pragma once

#include <string_view>

#include "base/result.h"

namespace narrows::registry {

// Internal to credentials: whether `repository` ("quay.io/team/app") is one that `pattern` means,
// by the kubelet's rules: as many parts in the host's name, each matching ('*', '?' and '[a-c]'
// stand for characters within one), the same port or none in both, and a path that begins so. Time
// is at most the product of the lengths, whatever the pattern.
bool MatchesImagePattern(std::string_view pattern, std::string_view repository);

// What the kubelet refuses among a credential provider's matchImages, and what it accepts but never
// matches: there only '*' stands for other characters. kInvalidArgument says what is wrong.
Status CheckImagePattern(std::string_view pattern);

}  // namespace narrows::registry
