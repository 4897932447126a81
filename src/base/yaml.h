#pragma once

// Reading YAML without exceptions, as the JSON value that Kubernetes would make of it. Included by
// .cc files only: it needs Boost.JSON.

#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows {

struct YamlLimits {
  size_t bytes = 4u << 20;
  size_t depth = 64;
  size_t values = 200'000;  // scalars, lists and maps, those that aliases repeat counted each time
};

// Every document of the text; none for an empty text. Plain scalars become null, booleans and
// numbers as sigs.k8s.io/yaml reads them (yes, no, on and off are booleans), quoted ones stay
// strings; keys are always strings. kInvalidArgument with line and column for malformed text and
// duplicate keys, kResourceExhausted above a limit.
Result<std::vector<boost::json::value>> ParseYamlDocuments(std::string_view text,
                                                           const YamlLimits& limits = {});

// Where a value of a document stands, in the shape of the value itself.
struct YamlPlace {
  int line = 1;                     // of a map's member: of its key
  std::vector<YamlPlace> children;  // of a list's elements or a map's members, in their order;
                                    // none of what an alias repeats
};

struct PlacedYaml {
  boost::json::value value;
  YamlPlace place;
};

// As ParseYamlDocuments, with the lines.
Result<std::vector<PlacedYaml>> ParsePlacedYaml(std::string_view text,
                                                const YamlLimits& limits = {});

// The only document; null for an empty text, kInvalidArgument when there are several.
Result<boost::json::value> ParseYaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace narrows
