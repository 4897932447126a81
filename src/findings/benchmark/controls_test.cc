#include "findings/benchmark/controls.h"

#include <gtest/gtest.h>

#include "findings/benchmark/configuration.h"

namespace narrows::findings::benchmark {
namespace {

constexpr const char* kNode = R"(---
controls:
version: "cis-1.10"
id: 4
text: "Worker"
type: "node"
groups:
  - id: 4.1
    text: "Files"
    checks:
      - id: 4.10
        text: "A"
        audit: "x"
        tests:
          bin_op: or
          test_items:
            - flag: "--a"
              set: false
            - path: '{.a}'
              compare: {op: eq, value: no}
        scored: yes
      - id: 4.2
        type: manual
)";

TEST(Controls, AreReadWithTheSpellingOfTheFile) {
  const auto controls = ParseControls(kNode);
  ASSERT_TRUE(controls.has_value()) << controls.error().message;
  EXPECT_EQ(controls->id, "4");
  EXPECT_EQ(controls->type, "node");
  const Group& group = controls->groups.at(0);
  EXPECT_EQ(group.id, "4.1");
  const Check& check = group.checks.at(0);
  EXPECT_EQ(check.id, "4.10");
  EXPECT_TRUE(check.scored);
  EXPECT_EQ(check.line, 11);
  EXPECT_EQ(check.tests.bin_op, "or");
  EXPECT_FALSE(check.tests.items.at(0).set);
  EXPECT_TRUE(check.tests.items.at(1).set);
  EXPECT_EQ(check.tests.items.at(1).compare.value, "no");
  EXPECT_FALSE(group.checks.at(1).has_tests);
  EXPECT_FALSE(group.checks.at(1).scored);
}

TEST(Controls, AreRefusedWithTheLineOfTheMistake) {
  const auto message = [](const char* yaml) { return ParseControls(yaml).error().message; };
  EXPECT_EQ(message("a: [1"), "line 1: end of sequence flow not found");
  EXPECT_EQ(message("type: x\ngroups: 7\n"), "line 2: 'groups' must be a list");
  EXPECT_EQ(message("type: x\ngroups:\n- id: 1\n  checks:\n  - text: y\n"),
            "line 5: a check needs an id");
  EXPECT_EQ(message("type: x\ngroups:\n- checks:\n  - id: 1\n    scored: perhaps\n"),
            "line 5: 'scored' must be true or false");
  EXPECT_EQ(message("id: 1"), "line 1: a control file needs a type, e.g. node");
  EXPECT_EQ(message(""), "line 1: a control file must be a map with version, id, type and groups");
}

TEST(Controls, HostileFilesAreRefused) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "[";
  EXPECT_EQ(ParseControls(deep).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ParseControls("a: *a").error().code, ErrorCode::kInvalidArgument);
  std::string bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += "*" + before + ",";
    bomb += "]\n";
  }
  EXPECT_EQ(ParseControls(bomb).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ParseControls(std::string(5u << 20, 'x')).error().code, ErrorCode::kResourceExhausted);
}

TEST(Configuration, JoinsTheSetsOwnOverTheGeneral) {
  const auto configuration = ParseConfiguration(R"(
master:
  components: [apiServer, absent]
  apiserver:
    bins: ["kube-apiserver", "hyperkube apiserver"]
    confs: [/a]
    defaultconf: /b
version_mapping:
  "1.28": "cis-1.10"
  "1.30": "cis-1.11"
target_mapping:
  "cis-1.10": [master]
)",
                                                "master:\n  apiserver:\n    confs: [/c]\n");
  ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
  const auto& components = configuration->targets.at("master");
  ASSERT_EQ(components.size(), 2u);
  EXPECT_TRUE(components[0].known);
  EXPECT_EQ(components[0].bins.size(), 2u);
  EXPECT_EQ(components[0].conf.files, std::vector<std::string>{"/c"});
  EXPECT_EQ(components[0].conf.otherwise, "/b");
  EXPECT_FALSE(components[1].known);
  EXPECT_EQ(*SetForVersion(*configuration, "1.29"), "cis-1.10");
  EXPECT_EQ(*SetForVersion(*configuration, "1.40"), "cis-1.11");
  EXPECT_EQ(SetForVersion(*configuration, "1.2").error().code, ErrorCode::kNotFound);
}

TEST(Configuration, KnowsTheSetsOfDistributions) {
  EXPECT_EQ(SetForDistribution("v1.27.3-eks-a5565ad"), "eks-1.5.0");
  EXPECT_EQ(SetForDistribution("v1.30.0-eks-1"), "eks-1.7.0");
  EXPECT_EQ(SetForDistribution("v1.26.4+rke2r1"), "rke2-cis-1.7");
  EXPECT_EQ(SetForDistribution("v1.24.1+k3s1"), "k3s-cis-1.24");
  EXPECT_EQ(SetForDistribution("v1.29.0-gke.100"), "gke-1.6.0");
  EXPECT_EQ(SetForDistribution("v1.28.2"), "");
}

}  // namespace
}  // namespace narrows::findings::benchmark
