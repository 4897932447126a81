#include "ecosystems/java/manifest.h"

#include "base/strings.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::java {
namespace {

constexpr size_t kMostAttributeBytes = size_t{64} * 1024;
constexpr size_t kMostAttributes = 1000;

}  // namespace

std::map<std::string, std::string> ParseManifest(std::string_view text) {
  std::map<std::string, std::string> attributes;
  std::string* last = nullptr;
  while (const auto line = NextLine(text)) {
    if (line->empty()) break;  // sections of single entries follow
    if (line->front() == ' ') {
      if (last != nullptr && last->size() + line->size() <= kMostAttributeBytes)
        last->append(line->substr(1));
      continue;
    }
    last = nullptr;
    const size_t colon = line->find(':');
    if (colon == std::string_view::npos || attributes.size() == kMostAttributes) continue;
    last = &attributes[ToLower(Trim(line->substr(0, colon)))];
    *last = Trim(line->substr(colon + 1));
  }
  return attributes;
}

std::map<std::string, std::string> ParseProperties(std::string_view text) {
  std::map<std::string, std::string> properties;
  while (const auto raw = NextLine(text)) {
    const std::string_view line = Trim(*raw);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const size_t end = line.find_first_of("=: ");
    if (end == std::string_view::npos || properties.size() == kMostAttributes) continue;
    std::string_view value = Trim(line.substr(end));
    if (value.starts_with('=') || value.starts_with(':')) value.remove_prefix(1);
    std::string unescaped;
    for (const char c : Trim(value)) {
      if (c != '\\') unescaped += c;
    }
    properties[std::string(line.substr(0, end))] = std::move(unescaped);
  }
  return properties;
}

}  // namespace narrows::ecosystems::java
