#pragma once

// Kubernetes objects as they are written in files. Included by .cc files only: it needs Boost.JSON.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "findings/misconfiguration/field_path.h"

namespace narrows::findings::misconfiguration {

struct ManifestObject {
  boost::json::value value;  // a map with kind and apiVersion
  std::string file;
  YamlPlace place;
};

inline constexpr size_t kMostManifestBytes = size_t{16} << 20;
inline constexpr YamlLimits kManifestLimits{kMostManifestBytes, 64, 1'000'000};

// The objects of a stream of YAML documents or of a JSON document, those of Lists one by one; what
// is no Kubernetes object (no kind or no apiVersion) is left out. kInvalidArgument with the line
// for malformed text, kResourceExhausted above a limit.
Result<std::vector<ManifestObject>> ReadManifest(std::string_view text, const std::string& file,
                                                 const YamlLimits& limits = kManifestLimits);

// The line of the field, or of the nearest that is there around it.
int LineOf(const ManifestObject& object, const FieldPath& path);

}  // namespace narrows::findings::misconfiguration
