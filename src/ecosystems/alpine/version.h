#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::alpine {

// number{.number}…{letter}{_suffix{number}}…{~hash}{-r#} as apk-package(5) of apk-tools orders it.
// Numbers have no upper limit here; apk's own end at 2^64.
std::unique_ptr<const VersionOrder> MakeAlpineVersionOrder();

}  // namespace narrows::ecosystems::alpine
