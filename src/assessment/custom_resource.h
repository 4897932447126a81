#pragma once

// Included by .cc files only: it needs Boost.JSON.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "base/result.h"

namespace narrows::assessment {

// A JSON object of at most 1 MiB, of our API version and of `kind` (lists do not repeat either).
Result<boost::json::value> ReadCustomResource(std::string_view text, std::string_view kind);

ObjectMeta ReadMetadata(const boost::json::object& root, std::vector<std::string>& errors);

}  // namespace narrows::assessment
