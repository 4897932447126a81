#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ecosystems/purl.h"
#include "inventory/sbom/component.h"
#include "model/package.h"

namespace narrows::inventory::sbom {

// Internal to ReadBillOfMaterials: distributions as tools write them, made those of os-release(5).

// Of a component of the type "operating-system".
model::Distribution DistributionOf(const Component& component);

// Of an operating system's package: by the qualifier "distro" ("debian-12", "jammy", "3.18.4") and
// the namespace. Nothing without the qualifier.
std::optional<model::Distribution> DistributionOf(const ecosystems::Purl& purl);

// The ID of os-release(5) for what tools call a distribution: "rhel" for "redhat".
std::string DistributionId(std::string_view name);

// Whether both are releases of one distribution that have the same packages: 12 and 12.5 are.
bool IsSameRelease(const model::Distribution& a, const model::Distribution& b);

}  // namespace narrows::inventory::sbom
