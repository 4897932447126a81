#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/cargo/extractors.h"
#include "ecosystems/executable.h"
#include "ecosystems/inflate.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::cargo {
namespace {

constexpr std::string_view kSection = ".dep-v0";
constexpr size_t kMostBytes = size_t{8} << 20;

}  // namespace

Result<PackageExtractor::Extracted> ParseProgram(std::string_view content) {
  PackageExtractor::Extracted extracted;
  const std::optional<Executable> executable = Executable::Parse(content);
  const Executable::Region* section = executable ? executable->Section(kSection) : nullptr;
  if (section == nullptr) return extracted;
  ASSIGN_OR_RETURN_WITHIN(const std::string text,
                          Inflate(section->bytes, DeflateFraming::kZlib, kMostBytes),
                          "the audit data of a Rust program");
  const auto document = ParseJson(text);
  if (!document.has_value())
    return DataLoss("the audit data of a Rust program: " + document.error().message);
  const boost::json::object* data = document->if_object();
  const auto* packages = data == nullptr ? nullptr : JsonArray(*data, "packages");
  if (packages == nullptr) return DataLoss("the audit data of a Rust program name no packages");
  Complaints complaints;
  for (const boost::json::value& value : *packages) {
    const auto* entry = value.if_object();
    if (entry == nullptr || JsonString(*entry, "kind", "runtime") != "runtime") continue;
    AddLanguagePackage("a crate", JsonString(*entry, "name"), JsonString(*entry, "version"),
                       extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::cargo
