#include "findings/benchmark/judgement.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "findings/benchmark/audit/made_up_node_testing.h"

namespace narrows::findings::benchmark {
namespace {

constexpr const char* kConfig = R"(
master:
  components: [apiserver]
  apiserver:
    bins: [kube-apiserver]
node:
  components: [kubelet]
  kubelet:
    bins: [kubelet]
policies:
  components: []
target_mapping:
  cis: [master, node, controlplane, policies]
)";

constexpr const char* kNode = R"(
version: cis
id: 4
type: node
groups:
- id: 4.1
  checks:
  - {id: 4.1.1, audit: "$kubeletbin", scored: true, tests: {test_items: [{flag: kubelet}]}}
  - {id: 4.1.2, audit: x, scored: false, tests: {test_items: [{flag: none}]}}
- id: 4.2
  type: skip
  checks:
  - {id: 4.2.1, audit: x, scored: true, tests: {test_items: [{flag: x, env: X}]}}
)";

class JudgementTest : public ::testing::Test {
 protected:
  JudgementTest() : folder_(*ScopedTempDir::Create()) {
    Write("config.yaml", kConfig);
    Write("cis/node.yaml", kNode);
    Write("cis/master.yaml", "type: node\n");
    node_.AddProcess("kubelet", {"kubelet"});
  }
  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((folder_.path() / path).parent_path());
    std::ofstream(folder_.path() / path) << text;
  }
  JudgedTarget Judged(const Selection& selection = {}) {
    const ControlSet set = *LoadControlSet(folder_.path(), "cis");
    return *JudgeTarget(set, "node", node_, selection, [&](const std::string& script) {
      scripts_.push_back(script);
      return Result<AuditOutput>(AuditOutput{script, 0});
    });
  }

  ScopedTempDir folder_;
  audit::MadeUpNode node_;
  std::vector<std::string> scripts_;
};

TEST_F(JudgementTest, CountsStatesByGroupAndTarget) {
  const JudgedTarget target = Judged();
  ASSERT_EQ(target.groups.size(), 2u);
  EXPECT_EQ(target.groups[0].counts.pass, 1);
  EXPECT_EQ(target.groups[0].counts.warn, 1);
  EXPECT_EQ(target.groups[1].counts.info, 1);
  EXPECT_EQ(target.counts.pass + target.counts.fail + target.counts.warn + target.counts.info, 3);
  EXPECT_EQ(scripts_, (std::vector<std::string>{"kubelet", "x"}));
}

TEST_F(JudgementTest, SelectsByGroupCheckAndScore) {
  Selection selection;
  selection.groups = {"4.1"};
  selection.unscored = false;
  EXPECT_EQ(Judged(selection).counts.pass, 1);
  EXPECT_EQ(Judged(selection).groups.size(), 1u);
  Selection skipping;
  skipping.skipped = {"4.1.1"};
  skipping.checks = {"4.1.1"};
  EXPECT_EQ(Judged(skipping).counts.info, 1);
}

TEST_F(JudgementTest, LooksInTheEnvironmentOfTheOnlyProgram) {
  Write("cis/node.yaml",
        "type: node\ngroups: [{checks: [{id: 1, audit: $kubeletbin, tests: {test_items: [{env: "
        "X}]}}]}]\n");
  Judged();
  EXPECT_EQ(scripts_.front(),
            "cat \"/proc/$(/bin/ps -C kubelet -o pid= | tr -d ' ')/environ\" | tr '\\0' '\\n'");
}

TEST_F(JudgementTest, SaysWhichProgramIsMissing) {
  audit::MadeUpNode empty;
  const ControlSet set = *LoadControlSet(folder_.path(), "cis");
  const auto run = [](const std::string& script) {
    return Result<AuditOutput>(AuditOutput{script, 0});
  };
  EXPECT_EQ(JudgeTarget(set, "node", empty, {}, run)->missing, std::vector<std::string>{"kubelet"});
  EXPECT_EQ(JudgeTarget(set, "master", node_, {}, run).error().message,
            "master.yaml is of the type 'node', not 'master'");
  EXPECT_EQ(JudgeTarget(set, "etcd", node_, {}, run).error().message,
            "the set cis has no target 'etcd'; it has: master, node");
}

TEST_F(JudgementTest, TakesTheTargetsThatConcernTheNode) {
  const ControlSet set = *LoadControlSet(folder_.path(), "cis");
  EXPECT_EQ(*TargetsOf(set, node_), (std::vector<std::string>{"node", "policies"}));
  node_.AddProcess("kube-apiserver", {"/usr/bin/kube-apiserver"});
  EXPECT_EQ(*TargetsOf(set, node_),
            (std::vector<std::string>{"master", "controlplane", "node", "policies"}));
}

TEST_F(JudgementTest, RefusesASetByItsNameFileAndLine) {
  EXPECT_EQ(LoadControlSet(folder_.path(), "../cis").error().code, ErrorCode::kInvalidArgument);
  const std::string message = LoadControlSet(folder_.path(), "none").error().message;
  EXPECT_NE(message.find("it has: cis"), std::string::npos) << message;
  Write("cis/etcd.yaml", "type: etcd\ngroups: x\n");
  const std::string malformed = LoadControlSet(folder_.path(), "cis").error().message;
  EXPECT_NE(malformed.find("etcd.yaml: line 2: 'groups' must be a list"), std::string::npos)
      << malformed;
}

}  // namespace
}  // namespace narrows::findings::benchmark
