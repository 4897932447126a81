#include "control/required_permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "response/in_memory_cluster_testing.h"
#include "response/quarantine/quarantine_action.h"

namespace narrows::control {
namespace {

using testing::Contains;

std::vector<std::string> Required() {
  response::InMemoryCluster client;
  const auto action = response::quarantine::MakeQuarantineAction(client);
  std::vector<std::string> names;
  for (const kubernetes::Permission& permission : RequiredPermissions(*action, "narrows-system"))
    names.push_back(permission.ToString());
  return names;
}

TEST(RequiredPermissions, NameAllThatIsDone) {
  for (const char* permission :
       {"list pods", "watch networkpolicies.networking.k8s.io", "get serviceaccounts",
        "get secrets", "patch pods", "delete networkpolicies.networking.k8s.io",
        "patch inspectionpolicies.goharbor.goharbor.io/status",
        "update leases.coordination.k8s.io in namespace narrows-system"}) {
    EXPECT_THAT(Required(), Contains(permission));
  }
}

TEST(RequiredPermissions, AreNamedOnce) {
  auto names = Required();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace narrows::control
