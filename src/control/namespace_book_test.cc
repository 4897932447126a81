#include "control/namespace_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/fakes_testing.h"
#include "response/quarantine/record.h"

namespace narrows::control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TakePicture, KnowsControllersWithoutPodsWhereSomethingIsRememberedOfThem) {
  FakeInventory inventory;
  const model::WorkloadRef web{"c", "shop", "apps/v1", "Deployment", "web", "uid-web"};
  inventory.controllers = {web};
  const model::Namespace shop{"shop", "uid-shop", {}, {}};
  EXPECT_THAT(TakePicture(inventory, shop, {}).controllers, IsEmpty());

  assessment::Policy policy;
  policy.waivers.emplace_back().workload = "shop/Deployment/web";
  EXPECT_THAT(TakePicture(inventory, shop, {policy}).controllers, ElementsAre(web));

  model::NetworkPolicy deny;
  deny.name_space = "shop";
  deny.annotations[std::string(response::quarantine::kRecordsAnnotation)] = "[]";
  inventory.network_policies = {deny};
  const NamespacePicture picture = TakePicture(inventory, shop, {});
  EXPECT_THAT(picture.controllers, ElementsAre(web));

  Judgement judgement;
  judgement.picture = picture;
  WholePicture whole;
  whole.Add(judgement);
  const auto situation = whole.SituationFor("c", "narrows-system", {}, {});
  EXPECT_THAT(situation.idle_workloads, ElementsAre(web));
}

// What is not touched costs nothing: not even a copy.
TEST(WholePicture, BorrowsTheJudgements) {
  FakeInventory inventory;
  inventory.namespaces = {{"shop", "u1", {}, {}}, {"blog", "u2", {}, {}}};
  inventory.workloads = {RunningWorkload("shop", "web", "sha256:1"),
                         RunningWorkload("blog", "cms", "sha256:1")};
  auto scanned = std::make_shared<ScannedImage>();
  scanned->analysis = std::make_shared<model::ImageAnalysis>();
  scanned->outcome.findings.resize(1);
  scanned->outcome.findings[0].severity = model::Severity::kHigh;
  const Knowledge knowledge = [&](const ImageRequest&) {
    return ImageKnowledge{scanned, "", false};
  };
  std::vector<assessment::Policy> policies(1);
  policies[0].baselines = {{model::Severity::kMedium, false, false, {}}};
  NamespaceBook book(inventory, knowledge);
  Work work;
  work.everything = true;
  book.Apply(work, policies, TimePoint());

  WholePicture whole;
  for (const auto& [name, judgement] : book.judgements()) whole.Add(judgement);
  const auto situation = whole.SituationFor("c", "narrows-system", policies, {});
  const Judgement& blog = book.judgements().at("blog");
  const Judgement& shop = book.judgements().at("shop");
  std::vector<const void*> seen;
  for (const model::Workload& workload : situation.workloads) seen.push_back(&workload);
  for (const model::Assessment& each : situation.assessments) seen.push_back(&each);
  for (const model::Namespace& each : situation.namespaces) seen.push_back(&each);
  EXPECT_THAT(seen, ElementsAre(&blog.picture.workloads[0], &shop.picture.workloads[0],
                                &blog.assessments[0], &shop.assessments[0],
                                &blog.picture.name_space, &shop.picture.name_space));
  for (const model::Assessment& each : situation.assessments) {
    EXPECT_EQ(each.containers.at(0).violations.at(0).finding.get(), &scanned->outcome.findings[0]);
  }
}

}  // namespace
}  // namespace narrows::control
