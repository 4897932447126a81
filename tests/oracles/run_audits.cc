// Runs audits through the interpreter, for audit_outputs.py: scripts as a JSON list on standard
// input, their output, exit status or error on standard output. --cluster DIR: kubectl answers from
// DIR/RESOURCE.json and DIR/can-i.json.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/file.h"
#include "base/json.h"
#include "findings/benchmark/audit/interpreter.h"
#include "inventory/node/live_node.h"

namespace narrows {
namespace {

namespace json = boost::json;
using findings::benchmark::audit::ClusterFacts;
using findings::benchmark::audit::Interpreter;

class FileCluster final : public ClusterFacts {
 public:
  explicit FileCluster(std::string folder) : folder_(std::move(folder)) {}

  Result<std::string> List(std::string_view resource, std::string_view) const override {
    return ReadFile(folder_ + "/" + std::string(resource) + ".json", 64u << 20);
  }
  Result<bool> CanI(std::string_view verb, std::string_view resource, std::string_view,
                    std::string_view user) const override {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(folder_ + "/can-i.json", 1u << 20));
    ASSIGN_OR_RETURN(const json::value answers, ParseJson(text));
    const std::string key =
        std::string(verb) + " " + std::string(resource) + " " + std::string(user);
    return JsonBool(answers.as_object(), key).value_or(false);
  }
  std::string DefaultNamespace() const override { return "default"; }

 private:
  std::string folder_;
};

Result<json::value> RunAll(const std::string& text, const ClusterFacts* cluster) {
  ASSIGN_OR_RETURN(const json::value scripts, ParseJson(text));
  ASSIGN_OR_RETURN(const auto node, inventory::node::MakeLiveNode({}));
  Interpreter interpreter(*node, cluster);
  json::array results;
  for (const json::value& script : scripts.as_array()) {
    const auto outcome =
        interpreter.Run(script.as_string(), CallContext::WithTimeout(std::chrono::seconds(30)));
    if (outcome.has_value()) {
      results.push_back(json::object{{"output", outcome->output}, {"status", outcome->exit_code}});
    } else {
      results.push_back(json::object{{"error", outcome.error().message}});
    }
  }
  return results;
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  std::unique_ptr<narrows::FileCluster> cluster;
  if (argc == 3 && std::string_view(argv[1]) == "--cluster")
    cluster = std::make_unique<narrows::FileCluster>(argv[2]);
  const auto results = narrows::RunAll(text, cluster.get());
  if (!results.has_value()) {
    std::cerr << results.error().message << '\n';
    return 1;
  }
  std::cout << boost::json::serialize(*results) << '\n';
  return 0;
}
