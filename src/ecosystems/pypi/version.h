#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::pypi {

// The version specifiers of the Python Packaging User Guide (PEP 440): epoch, release, pre-, post-
// and development releases, local version, in every spelling the specification's "normalization"
// allows. A version that is none comes before all that are. Numbers have no upper limit.
std::unique_ptr<const VersionOrder> MakePythonVersionOrder();

}  // namespace narrows::ecosystems::pypi
