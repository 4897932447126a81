#include "ecosystems/kubernetes/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::kubernetes {
namespace {

TEST(KubernetesVersion, IsSemVersPrecedence) {
  ExpectAscending(*MakeKubernetesVersionOrder(),
                  {"1.27.0-alpha.3", "1.27.0-rc.1", "1.27.0", "1.27.3", "1.27.10", "1.28.0"});
  ExpectPairs(*MakeKubernetesVersionOrder(),
              {{"v1.27.3", '=', "1.27.3"}, {"v1.27.3+k3s1", '=', "v1.27.3"}});
}

TEST(KubernetesVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeKubernetesVersionOrder(), "a Kubernetes component",
                {"", "1.27", "1.27.0.1", "latest"});
}

TEST(KubernetesVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeKubernetesVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "v"});
}

}  // namespace
}  // namespace narrows::ecosystems::kubernetes
