#include "registry/image_pattern.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace narrows::registry {
namespace {

// Whether `c` is in the class that starts behind '[' at `pattern[at]`; moves `at` behind ']'.
// A class without an end matches nothing.
bool InClass(std::string_view pattern, size_t& at, char c) {
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) {
      ++at;
      return found != negated;
    }
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  return false;
}

// '*', '?' and '[a-c]' as in a shell. Time is at most the product of the lengths, whatever the
// pattern: anyone who may create a secret writes it.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    size_t next = p + 1;
    bool matched = false;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
      continue;
    }
    if (p < pattern.size()) {
      matched = pattern[p] == '?' || pattern[p] == text[t];
      if (pattern[p] == '[') matched = InClass(pattern, next, text[t]);
    }
    if (matched) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct Place {
  std::string_view host;
  std::string_view port;
  std::string_view path;
};

Place SplitPlace(std::string_view text) {
  Place place;
  const size_t slash = text.find('/');
  place.host = text.substr(0, slash);
  if (slash != std::string_view::npos) place.path = text.substr(slash);
  const size_t colon = place.host.rfind(':');
  if (colon != std::string_view::npos && place.host.find(']', colon) == std::string_view::npos) {
    place.port = place.host.substr(colon + 1);
    place.host = place.host.substr(0, colon);
  }
  // Of an IPv6 address the brackets are no class of characters.
  if (place.host.size() > 2 && place.host.front() == '[' && place.host.back() == ']' &&
      place.host.find(':') != std::string_view::npos)
    place.host = place.host.substr(1, place.host.size() - 2);
  return place;
}

}  // namespace

bool MatchesImagePattern(std::string_view pattern, std::string_view repository) {
  const Place wanted = SplitPlace(pattern);
  const Place target = SplitPlace(repository);
  if (wanted.port != target.port || !target.path.starts_with(wanted.path)) return false;
  const std::string wanted_host = ToLower(wanted.host);
  const std::string target_host = ToLower(target.host);
  const auto wanted_parts = Split(wanted_host, '.');
  const auto target_parts = Split(target_host, '.');
  if (wanted_parts.size() != target_parts.size()) return false;
  for (size_t i = 0; i < wanted_parts.size(); ++i) {
    if (!GlobMatches(wanted_parts[i], target_parts[i])) return false;
  }
  return true;
}

Status CheckImagePattern(std::string_view pattern) {
  const Place place = SplitPlace(pattern);
  if (place.host.empty()) return InvalidArgument("it names no registry");
  if (place.path.starts_with("//")) return InvalidArgument("leave out its scheme");
  const bool address = pattern.front() == '[' && place.host.front() != '[';
  const bool host = std::all_of(place.host.begin(), place.host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '*' || (address && (c == ':' || c == '[' || c == ']'));
  });
  if (!host)
    return InvalidArgument(
        "the name of a registry has letters, digits, '.', '-' and '_', and '*' for any of them "
        "within one part");
  if (!place.port.empty() && !ParseInt(place.port))
    return InvalidArgument("its port is no number; a port cannot be matched by '*'");
  if (std::any_of(place.path.begin(), place.path.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    return InvalidArgument("its path has control characters");
  return Ok();
}

}  // namespace narrows::registry
