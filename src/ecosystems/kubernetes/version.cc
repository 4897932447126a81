#include "ecosystems/kubernetes/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::kubernetes {

std::unique_ptr<const VersionOrder> MakeKubernetesVersionOrder() {
  return MakeSemVerOrder("Kubernetes", "a Kubernetes component");
}

}  // namespace narrows::ecosystems::kubernetes
