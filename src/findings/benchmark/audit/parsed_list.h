#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <vector>

namespace narrows::findings::benchmark::audit {

// A list of objects; for cluster_objects.cc and kubectl.cc, as it needs Boost.JSON.
struct ParsedList {
  boost::json::value document;
  std::vector<const boost::json::object*> items;
  std::map<std::string, size_t> by_name;  // "namespace/name"
};

}  // namespace narrows::findings::benchmark::audit
