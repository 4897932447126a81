#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::registry {

// One challenge of a WWW-Authenticate header (RFC 9110 §11.6.1).
struct AuthChallenge {
  std::string scheme;                             // lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters;  // names in lower case

  // Empty when absent.
  std::string Parameter(const std::string& name) const;
};

// The challenges of one header value. What is malformed ends the list: the challenges before it
// count.
std::vector<AuthChallenge> ParseAuthChallenges(std::string_view value);

}  // namespace narrows::registry
