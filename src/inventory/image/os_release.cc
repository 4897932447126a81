#include "inventory/image/os_release.h"

#include <string>

#include "base/strings.h"

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostValueBytes = 200;

// The value of a shell assignment: quotes taken off, escapes resolved.
std::string Unquote(std::string_view text) {
  std::string value;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      const char next = text[++i];
      // Within double quotes a backslash stands for itself but before these.
      if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`') value += c;
      value += next;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      break;  // a command, to a shell; nothing, to us
    } else {
      value += c;
    }
  }
  return Printable(value, kMostValueBytes);
}

std::string* FieldOf(model::Distribution& distribution, std::string_view name) {
  if (name == "ID") return &distribution.id;
  if (name == "ID_LIKE") return &distribution.id_like;
  if (name == "VERSION_ID") return &distribution.version_id;
  if (name == "VERSION_CODENAME") return &distribution.version_codename;
  if (name == "PRETTY_NAME") return &distribution.pretty_name;
  return nullptr;
}

}  // namespace

Result<model::Distribution> ParseOsRelease(std::string_view text) {
  if (text.size() > kMostOsReleaseBytes)
    return ResourceExhausted("os-release is larger than the limit of " +
                             std::to_string(kMostOsReleaseBytes) + " bytes");
  model::Distribution distribution;
  for (std::string_view line : Split(text, '\n')) {
    line = Trim(line);
    const size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    if (std::string* field = FieldOf(distribution, line.substr(0, equals)))
      *field = Unquote(line.substr(equals + 1));
  }
  distribution.id = ToLower(distribution.id);
  if (distribution == model::Distribution{}) return DataLoss("os-release names no distribution");
  return distribution;
}

}  // namespace narrows::inventory::image
