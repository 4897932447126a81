#include <array>
#include <optional>
#include <string>

#include "base/strings.h"
#include "ecosystems/record_text.h"
#include "inventory/sbom/readers.h"

namespace narrows::inventory::sbom {
namespace {

constexpr std::array<std::string_view, 6> kCycloneDxVersions = {"1.2", "1.3", "1.4",
                                                                "1.5", "1.6", "1.7"};
constexpr size_t kMostLines = 1000;  // of attestations, one each

bool HasLineThatBegins(std::string_view text, std::string_view begin) {
  while (const auto line = ecosystems::NextLine(text)) {
    if (line->starts_with(begin)) return true;
  }
  return false;
}

// `cosign download attestation` writes an envelope a line. The first that holds a bill of materials
// is taken; nothing when it is not that.
std::optional<Status> ReadLines(std::string_view text, size_t nesting, Document& document) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || !Trim(text.substr(0, end)).ends_with('}') ||
      Trim(text.substr(end)).empty())
    return std::nullopt;
  Status status = Ok();
  for (size_t i = 0; i < kMostLines && !text.empty(); ++i) {
    const std::string_view line = Trim(*ecosystems::NextLine(text));
    if (line.empty()) continue;
    Document read;
    status = ReadJsonDocument(line, nesting, read);
    if (!status.has_value()) continue;
    document = std::move(read);
    return status;
  }
  return status;
}

}  // namespace

Status CheckCycloneDxVersion(std::string_view version) {
  for (const std::string_view known : kCycloneDxVersions) {
    if (known == version) return Ok();
  }
  return Unimplemented("CycloneDX \"" + Printable(version, 20) + "\" is not read, 1.2 to 1.7 are");
}

Status CheckSpdxVersion(std::string_view version) {
  if (version == "SPDX-2.2" || version == "SPDX-2.3") return Ok();
  return Unimplemented("\"" + Printable(version, 20) + "\" is not read, SPDX-2.2 and 2.3 are");
}

Status ReadDocument(std::string_view text, size_t nesting, Document& document) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.size() > kMostDocumentBytes)
    return ResourceExhausted("it has " + std::to_string(text.size()) + " bytes, limit " +
                             std::to_string(kMostDocumentBytes));
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text = Trim(text);
  if (text.empty()) return InvalidArgument("it is empty");
  if (text.starts_with('{')) {
    if (const auto status = ReadLines(text, nesting, document)) return *status;
    return ReadJsonDocument(text, nesting, document);
  }
  if (text.starts_with('<')) return ReadCycloneDxXml(text, document);
  if (HasLineThatBegins(text, "SPDXVersion:")) return ReadSpdxTagValue(text, document);
  return InvalidArgument(
      "it is no bill of materials that is read here: CycloneDX (JSON, XML), SPDX (JSON, "
      "tag-value), or an in-toto attestation of one");
}

}  // namespace narrows::inventory::sbom
