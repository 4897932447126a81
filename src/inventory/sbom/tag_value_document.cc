#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/record_text.h"
#include "inventory/sbom/readers.h"
#include "inventory/sbom/spdx_packages.h"

namespace narrows::inventory::sbom {
namespace {

constexpr std::string_view kOpen = "<text>";
constexpr std::string_view kClose = "</text>";

// SPDX 2.3, "Tag:value format".
class Reader {
 public:
  explicit Reader(Document& document) : document_(document) {}

  Status Read(std::string_view text) {
    std::string_view rest = text;
    for (size_t number = 1; !rest.empty(); ++number) {
      std::string_view line = Trim(*ecosystems::NextLine(rest));
      if (line.empty() || line.starts_with('#')) continue;
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos)
        return InvalidArgument("line " + std::to_string(number) +
                               " is neither \"Tag: value\" nor a comment");
      const std::string_view tag = Trim(line.substr(0, colon));
      std::string_view value = Trim(line.substr(colon + 1));
      if (value.starts_with(kOpen)) {
        ASSIGN_OR_RETURN_WITHIN(value, TakeText(value, rest, number),
                                "line " + std::to_string(number));
      }
      RETURN_IF_ERROR(Take(tag, value.size() > kMostTextBytes ? std::string_view() : value));
    }
    FlushRelationship();
    if (document_.format.empty()) return InvalidArgument("it has no SPDXVersion");
    std::move(packages_).Finish(document_);
    return Ok();
  }

 private:
  // The text up to its end, which may be lines further on.
  static Result<std::string_view> TakeText(std::string_view value, std::string_view& rest,
                                           size_t& number) {
    value.remove_prefix(kOpen.size());
    if (const size_t end = value.find(kClose); end != std::string_view::npos)
      return value.substr(0, end);
    const char* const begin = value.data();
    const size_t end = rest.find(kClose);
    if (end == std::string_view::npos) return InvalidArgument("a <text> without an end");
    const char* const stop = rest.data() + end;
    for (const char c : rest.substr(0, end)) number += c == '\n' ? 1 : 0;
    rest.remove_prefix(end + kClose.size());
    ecosystems::NextLine(rest);  // what is left of the line
    ++number;
    return std::string_view(begin, static_cast<size_t>(stop - begin));
  }

  Status Take(std::string_view tag, std::string_view value) {
    if (tag == "SPDXVersion") {
      RETURN_IF_ERROR(CheckSpdxVersion(value));
      document_.format = std::string(value) + " (tag-value)";
    } else if (tag == "PackageName") {
      ASSIGN_OR_RETURN(component_, packages_.Add(""));
      component_->name = value;
    } else if (tag == "FileName" || tag == "SnippetSPDXID" || tag == "LicenseID") {
      component_ = nullptr;
    } else if (tag == "Relationship") {
      FlushRelationship();
      relationship_ = value;
    } else if (tag == "RelationshipComment") {
      relationship_comment_ = value;
      FlushRelationship();
    } else if (component_ != nullptr) {
      TakeOfPackage(tag, value);
    }
    return Ok();
  }

  void TakeOfPackage(std::string_view tag, std::string_view value) {
    if (tag == "SPDXID") packages_.Name(std::string(value));
    if (tag == "PackageVersion") component_->version = value;
    if (tag == "PrimaryPackagePurpose") SpdxPackages::SetPurpose(value, *component_);
    if (tag == "PackageSourceInfo") ReadSourceInfo(value, component_->properties);
    if (tag == "PackageDescription") component_->description = value;
    if (tag == "ExternalRef") {
      const auto [category, reference] = Halves(value);
      const auto [type, locator] = Halves(reference);
      SpdxPackages::AddExternalReference(type, locator, *component_);
    }
  }

  static std::pair<std::string_view, std::string_view> Halves(std::string_view text) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return {text, {}};
    return {text.substr(0, blank), Trim(text.substr(blank + 1))};
  }

  void FlushRelationship() {
    if (relationship_.empty()) return;
    const auto [element, rest] = Halves(relationship_);
    const auto [type, other] = Halves(rest);
    packages_.AddRelationship(element, type, other, relationship_comment_);
    relationship_ = {};
    relationship_comment_ = {};
  }

  Document& document_;
  SpdxPackages packages_;
  Component* component_ = nullptr;  // whose tags are being read
  std::string_view relationship_;   // whose comment may follow
  std::string_view relationship_comment_;
};

}  // namespace

Status ReadSpdxTagValue(std::string_view text, Document& document) {
  return Reader(document).Read(text);
}

}  // namespace narrows::inventory::sbom
