#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::kubernetes {

// Semantic Versioning 2.0.0, as the project versions its components (Kubernetes documentation,
// "Releases"), with or without a "v" before it.
std::unique_ptr<const VersionOrder> MakeKubernetesVersionOrder();

}  // namespace narrows::ecosystems::kubernetes
