#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "base/yaml.h"
#include "ecosystems/npm/descriptor.h"
#include "ecosystems/npm/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::npm {
namespace {

// Of a key of "packages": "/a/1.0.0_b@2.0.0" (version 5), "/a@1.0.0(b@2.0.0)" (6), "a@1.0.0" (9).
// The peers behind it are not part of the version.
std::optional<Descriptor> ParseKey(std::string_view key, bool slashes) {
  key = key.substr(0, key.find('('));
  const bool registry = key.starts_with('/');
  if (registry) key.remove_prefix(1);
  if (!slashes || !registry) return ParseDescriptor(key);
  const size_t scope = key.starts_with('@') ? key.find('/') : 0;
  const size_t slash = scope == std::string_view::npos ? scope : key.find('/', scope + 1);
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view version = key.substr(slash + 1);
  return Descriptor{key.substr(0, slash), version.substr(0, version.find('_'))};
}

void AddEntry(std::string_view key, const boost::json::object& entry, bool slashes,
              PackageExtractor::Extracted& extracted, Complaints& complaints) {
  if (JsonBool(entry, "dev").value_or(false) || IsLocal(key)) return;
  // What comes from elsewhere than a registry has these two.
  std::string name = JsonString(entry, "name");
  std::string version = JsonString(entry, "version");
  const auto descriptor = ParseKey(key, slashes);
  if (descriptor && name.empty()) name = descriptor->name;
  if (descriptor && version.empty()) version = descriptor->what;
  if (descriptor && IsLocal(descriptor->what)) return;
  AddPackage(name.empty() ? key : std::string_view(name), version, extracted, complaints);
}

// "5.4", '6.0' or '9.0'; YAML may have made a number of it.
std::string LockVersion(const boost::json::object& lock) {
  const boost::json::value* value = lock.if_contains("lockfileVersion");
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
}

}  // namespace

Result<PackageExtractor::Extracted> ParsePnpmLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const std::vector<boost::json::value> documents,
                          ParseYamlDocuments(content), "reading a lock file of pnpm");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  bool known = false;
  for (const boost::json::value& document : documents) {
    const boost::json::object* lock = document.if_object();
    if (lock == nullptr || !lock->contains("lockfileVersion")) continue;
    known = true;
    const bool slashes = LockVersion(*lock).starts_with('5');
    const auto* packages = JsonObject(*lock, "packages");
    if (packages == nullptr) continue;
    for (const auto& [key, value] : *packages) {
      if (const auto* entry = value.if_object())
        AddEntry({key.data(), key.size()}, *entry, slashes, extracted, complaints);
    }
  }
  if (!known) return DataLoss("not a lock file of pnpm: it has no lockfileVersion");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::npm
