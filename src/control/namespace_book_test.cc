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

}  // namespace
}  // namespace narrows::control
