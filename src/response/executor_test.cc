#include "response/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubernetes/resource_types.h"
#include "response/in_memory_cluster_testing.h"

namespace narrows::response {
namespace {

using testing::HasSubstr;

const kubernetes::ObjectName kPod = {kubernetes::kPods, "n", "p", ""};

std::string PodJson(const std::string& metadata) {
  return R"({"metadata":{"name":"p","namespace":"n")" + metadata + "}}";
}

std::string MetadataOf(const InMemoryCluster& cluster, const char* map) {
  const auto* pod = cluster.Find("pods/n/p");
  const auto* value = pod->at("metadata").as_object().if_contains(map);
  return value ? boost::json::serialize(*value) : "";
}

TEST(ChangePod, SetsTakesOffAndPutsBack) {
  InMemoryCluster cluster;
  cluster.Add("pods/n/p", PodJson(R"(,"labels":{"app":"shop","goharbor.io/x":"old"})"));
  PodChange change;
  change.set_labels = {{"goharbor.io/a~b", "1"}, {"goharbor.io/x", "new"}};
  change.take_off = {{"app", "shop"}, {"gone", "already"}};
  change.set_annotations = {{"narrows.goharbor.io/q", "{\"a\":1}"}};
  ASSERT_TRUE(ChangePod(cluster, kPod, "uid-pods/n/p", change, {}).has_value());
  EXPECT_EQ(MetadataOf(cluster, "labels"), R"({"goharbor.io/a~b":"1","goharbor.io/x":"new"})");
  EXPECT_EQ(MetadataOf(cluster, "annotations"), R"({"narrows.goharbor.io/q":"{\"a\":1}"})");
  PodChange back;
  back.remove_labels = {"goharbor.io/a~b", "goharbor.io/x", "goharbor.io/absent"};
  back.put_back = {{"app", "shop"}};
  back.remove_annotations = {"narrows.goharbor.io/q"};
  ASSERT_TRUE(ChangePod(cluster, kPod, "", back, {}).has_value());
  EXPECT_EQ(MetadataOf(cluster, "labels"), R"({"app":"shop"})");
  EXPECT_EQ(MetadataOf(cluster, "annotations"), "{}");
}

TEST(ChangePod, DoesNothingWhenThePodIsSoAlready) {
  InMemoryCluster cluster;
  cluster.Add("pods/n/p", PodJson(R"(,"labels":{"a":"1"})"));
  PodChange change;
  change.set_labels = {{"a", "1"}};
  change.remove_labels = {"b"};
  ASSERT_TRUE(ChangePod(cluster, kPod, "", change, {}).has_value());
  EXPECT_THAT(cluster.calls, testing::ElementsAre("get pods/n/p"));
}

TEST(ChangePod, GoneOrReplacedPodIsSuccess) {
  InMemoryCluster cluster;
  PodChange change;
  change.set_labels = {{"a", "1"}};
  EXPECT_TRUE(ChangePod(cluster, kPod, "", change, {}).has_value());
  cluster.Add("pods/n/p", PodJson(""));
  EXPECT_TRUE(ChangePod(cluster, kPod, "another", change, {}).has_value());
  EXPECT_EQ(MetadataOf(cluster, "labels"), "");
}

TEST(ChangePod, KeepsALabelThatWasSetAnewMeanwhile) {
  InMemoryCluster cluster;
  cluster.Add("pods/n/p", PodJson(R"(,"labels":{"app":"by hand"})"));
  PodChange change;
  change.put_back = {{"app", "shop"}};
  ASSERT_TRUE(ChangePod(cluster, kPod, "", change, {}).has_value());
  EXPECT_EQ(MetadataOf(cluster, "labels"), R"({"app":"by hand"})");
  change = {};
  change.take_off = {{"app", "shop"}};
  EXPECT_EQ(ChangePod(cluster, kPod, "", change, {}).error().code, ErrorCode::kFailedPrecondition);
}

TEST(ChangePod, ReadsAgainAfterALostRace) {
  InMemoryCluster cluster;
  cluster.Add("pods/n/p", PodJson(R"(,"labels":{"a":"1"})"));
  int races = 0;
  cluster.refuse = [&](const std::string& call) -> Status {
    // Somebody changes the label between our read and our patch.
    if (call.starts_with("patch") && ++races < 3) {
      cluster.Add("pods/n/p", PodJson(R"(,"labels":{"a":")" + std::to_string(races + 1) + "\"}"));
    }
    return Ok();
  };
  PodChange change;
  change.set_labels = {{"a", "wanted"}};
  EXPECT_TRUE(ChangePod(cluster, kPod, "", change, {}).has_value());
  EXPECT_EQ(MetadataOf(cluster, "labels"), R"({"a":"wanted"})");
  EXPECT_EQ(races, 3);
}

Operation CreatePolicy(const std::string& group, const std::string& name) {
  Operation operation;
  operation.verb = Operation::Verb::kCreate;
  operation.object = {kubernetes::kNetworkPolicies, group, name, ""};
  operation.body = R"({"metadata":{"name":")" + name + R"("}})";
  operation.group = group;
  return operation;
}

Operation LabelPod(const std::string& group, const std::string& name) {
  Operation operation;
  operation.verb = Operation::Verb::kChangePod;
  operation.object = {kubernetes::kPods, group, name, ""};
  operation.change.set_labels = {{"a", "1"}};
  operation.group = group;
  return operation;
}

TEST(Execute, ARefusedGroupLeavesNothingBehindAndOthersGoOn) {
  InMemoryCluster cluster;
  cluster.Add("pods/a/p", "{}");
  cluster.Add("pods/b/p", "{}");
  cluster.refuse = [](const std::string& call) -> Status {
    if (call == "patch pods/a/p") return PermissionDenied("pods is forbidden");
    return Ok();
  };
  const std::vector<Operation> operations = {CreatePolicy("a", "x"), LabelPod("a", "p"),
                                             LabelPod("a", "q"), CreatePolicy("b", "x"),
                                             LabelPod("b", "p")};
  const auto results = Execute(cluster, operations, {});
  ASSERT_EQ(results.size(), 5u);
  EXPECT_TRUE(results[1].error.has_value());
  EXPECT_THAT(results[1].error->message, HasSubstr("label pods a/p"));
  EXPECT_THAT(results[1].error->message, HasSubstr("pods is forbidden"));
  EXPECT_FALSE(results[2].carried_out);
  EXPECT_FALSE(results[2].error.has_value());
  EXPECT_TRUE(results[4].carried_out);
  EXPECT_EQ(cluster.Find("networkpolicies/a/x"), nullptr);
  EXPECT_NE(cluster.Find("networkpolicies/b/x"), nullptr);
}

TEST(Execute, WhatIsAlreadyInUseIsNotTakenBack) {
  InMemoryCluster cluster;
  cluster.Add("pods/a/p", "{}");
  cluster.Add("pods/a/q", "{}");
  cluster.refuse = [](const std::string& call) -> Status {
    if (call == "patch pods/a/q") return PermissionDenied("no");
    return Ok();
  };
  const std::vector<Operation> operations = {CreatePolicy("a", "x"), LabelPod("a", "p"),
                                             LabelPod("a", "q")};
  (void)Execute(cluster, operations, {});
  EXPECT_NE(cluster.Find("networkpolicies/a/x"), nullptr);
}

TEST(Execute, DeletingWhatIsGoneIsSuccess) {
  InMemoryCluster cluster;
  Operation operation = CreatePolicy("a", "x");
  operation.verb = Operation::Verb::kDelete;
  EXPECT_TRUE(Execute(cluster, std::span(&operation, 1), {})[0].carried_out);
}

}  // namespace
}  // namespace narrows::response
