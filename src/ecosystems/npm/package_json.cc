#include "ecosystems/npm/package_json.h"

#include <string>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/npm/descriptor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::npm {
namespace {

constexpr std::string_view kFile = "package.json";
constexpr std::string_view kModules = "node_modules";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Takes the last part off the path.
std::string_view TakeLast(std::string_view& path) {
  const std::string_view last = FileName(path);
  path.remove_suffix(last.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  return last;
}

}  // namespace

bool IsPackageJson(std::string_view path) {
  std::string_view folder = path;
  if (!path.ends_with(kFile) || TakeLast(folder) != kFile) return false;
  TakeLast(folder);
  if (FileName(folder).starts_with('@')) TakeLast(folder);
  return FileName(folder) == kModules || !IsBelow(path, kModules);
}

Result<PackageExtractor::Extracted> ParsePackageJson(std::string_view path,
                                                     std::string_view content) {
  PackageExtractor::Extracted extracted;
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  content = Trim(content);
  if (content.empty()) return extracted;
  const bool installed = IsBelow(path, kModules);
  const auto document = ParseJson(content);
  if (!document.has_value()) {
    if (installed) return DataLoss("not a package.json: " + document.error().message);
    return extracted;
  }
  const boost::json::object* object = document->if_object();
  if (object == nullptr || (!installed && JsonBool(*object, "private").value_or(false)))
    return extracted;
  const std::string name = JsonString(*object, "name");
  const std::string version = JsonString(*object, "version");
  if (name.empty() || version.empty()) return extracted;
  Complaints complaints;
  AddPackage(name, Trim(version), extracted, complaints);
  if (installed) extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::npm
