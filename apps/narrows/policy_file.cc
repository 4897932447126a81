#include "policy_file.h"

#include <boost/json/serialize.hpp>

#include "assessment/policy_parser.h"
#include "base/file.h"
#include "base/yaml.h"

namespace narrows::app {

Result<assessment::Policy> ReadPolicyFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, YamlLimits().bytes));
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseYaml(text), path);
  ASSIGN_OR_RETURN_WITHIN(assessment::Policy policy,
                          assessment::ParsePolicy(boost::json::serialize(document)), path);
  return policy;
}

}  // namespace narrows::app
