// What a namespace that enforces a Pod Security Standard says of pods: reads lines "LEVEL MINOR
// FILE" and prints for each the controls that are violated, comma-separated, "-" for none.

#include <boost/json/value.hpp>
#include <iostream>
#include <set>
#include <sstream>
#include <string>

#include "base/file.h"
#include "base/strings.h"
#include "base/yaml.h"
#include "findings/misconfiguration/pod_security.h"

namespace {

using namespace narrows;
namespace misconfiguration = findings::misconfiguration;

std::string Judge(const std::string& line) {
  std::istringstream words(line);
  std::string level_word, path;
  int minor = 0;
  words >> level_word >> minor >> path;
  const auto level = misconfiguration::ParsePodSecurityLevel(level_word);
  const auto text = ReadFile(path, 4u << 20);
  if (!level || !text.has_value()) return "! " + line;
  const auto object = ParseYaml(*text);
  if (!object.has_value() || !object->is_object()) return "! malformed " + path;
  const auto pod = misconfiguration::PodTemplateOf(object->get_object());
  if (!pod) return "! no pod in " + path;
  std::set<std::string> controls;
  for (const auto& violation : misconfiguration::EvaluatePodSecurity(*pod, *level, minor))
    controls.insert(std::string(ToString(violation.control)));
  return controls.empty() ? "-" : Join({controls.begin(), controls.end()}, ",");
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) std::cout << Judge(line) << '\n';
}
