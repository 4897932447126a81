#include "findings/benchmark/controls.h"

#include "findings/benchmark/yaml_tree.h"

namespace narrows::findings::benchmark {
namespace {

Result<TestItem> ReadTestItem(const YamlTree& tree) {
  if (tree.kind != YamlTree::Kind::kMap) return WrongAt(tree, "a test item must be a map");
  TestItem item;
  ASSIGN_OR_RETURN(item.flag, TextOf(tree, "flag"));
  ASSIGN_OR_RETURN(item.env, TextOf(tree, "env"));
  ASSIGN_OR_RETURN(item.path, TextOf(tree, "path"));
  ASSIGN_OR_RETURN(item.set, BoolOf(tree, "set", true));
  ASSIGN_OR_RETURN(const YamlTree* compare, MapOf(tree, "compare"));
  if (compare != nullptr) {
    ASSIGN_OR_RETURN(item.compare.op, TextOf(*compare, "op"));
    ASSIGN_OR_RETURN(item.compare.value, TextOf(*compare, "value"));
  }
  return item;
}

Result<Tests> ReadTests(const YamlTree& tree) {
  Tests tests;
  ASSIGN_OR_RETURN(tests.bin_op, TextOf(tree, "bin_op"));
  ASSIGN_OR_RETURN(const YamlTree* items, ListOf(tree, "test_items"));
  if (items == nullptr) return tests;
  for (const YamlTree& item : items->elements) {
    ASSIGN_OR_RETURN(TestItem read, ReadTestItem(item));
    tests.items.push_back(std::move(read));
  }
  return tests;
}

Result<Check> ReadCheck(const YamlTree& tree) {
  if (tree.kind != YamlTree::Kind::kMap) return WrongAt(tree, "a check must be a map");
  Check check;
  check.line = tree.line;
  ASSIGN_OR_RETURN(check.id, TextOf(tree, "id"));
  if (check.id.empty()) return WrongAt(tree, "a check needs an id");
  ASSIGN_OR_RETURN(check.text, TextOf(tree, "text"));
  ASSIGN_OR_RETURN(check.audit, TextOf(tree, "audit"));
  ASSIGN_OR_RETURN(check.audit_env, TextOf(tree, "audit_env"));
  ASSIGN_OR_RETURN(check.audit_config, TextOf(tree, "audit_config"));
  ASSIGN_OR_RETURN(check.type, TextOf(tree, "type"));
  ASSIGN_OR_RETURN(check.remediation, TextOf(tree, "remediation"));
  ASSIGN_OR_RETURN(check.scored, BoolOf(tree, "scored", false));
  ASSIGN_OR_RETURN(check.use_multiple_values, BoolOf(tree, "use_multiple_values", false));
  ASSIGN_OR_RETURN(check.disable_environment, BoolOf(tree, "disableenvtesting", false));
  ASSIGN_OR_RETURN(const YamlTree* tests, MapOf(tree, "tests"));
  check.has_tests = tests != nullptr;
  if (tests != nullptr) {
    ASSIGN_OR_RETURN(check.tests, ReadTests(*tests));
  }
  return check;
}

Result<Group> ReadGroup(const YamlTree& tree) {
  if (tree.kind != YamlTree::Kind::kMap) return WrongAt(tree, "a group must be a map");
  Group group;
  ASSIGN_OR_RETURN(group.id, TextOf(tree, "id"));
  ASSIGN_OR_RETURN(group.type, TextOf(tree, "type"));
  ASSIGN_OR_RETURN(group.text, TextOf(tree, "text"));
  ASSIGN_OR_RETURN(const YamlTree* checks, ListOf(tree, "checks"));
  if (checks == nullptr) return group;
  for (const YamlTree& check : checks->elements) {
    ASSIGN_OR_RETURN(Check read, ReadCheck(check));
    group.checks.push_back(std::move(read));
  }
  return group;
}

}  // namespace

Result<Controls> ParseControls(std::string_view yaml) {
  ASSIGN_OR_RETURN(const YamlTree tree, ReadYamlTree(yaml));
  if (tree.kind != YamlTree::Kind::kMap)
    return WrongAt(tree, "a control file must be a map with version, id, type and groups");
  Controls controls;
  ASSIGN_OR_RETURN(controls.version, TextOf(tree, "version"));
  ASSIGN_OR_RETURN(controls.id, TextOf(tree, "id"));
  ASSIGN_OR_RETURN(controls.text, TextOf(tree, "text"));
  ASSIGN_OR_RETURN(controls.type, TextOf(tree, "type"));
  if (controls.type.empty()) return WrongAt(tree, "a control file needs a type, e.g. node");
  ASSIGN_OR_RETURN(const YamlTree* groups, ListOf(tree, "groups"));
  if (groups == nullptr) return controls;
  for (const YamlTree& group : groups->elements) {
    ASSIGN_OR_RETURN(Group read, ReadGroup(group));
    controls.groups.push_back(std::move(read));
  }
  return controls;
}

}  // namespace narrows::findings::benchmark
