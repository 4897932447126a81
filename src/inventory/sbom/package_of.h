#pragma once

#include <optional>
#include <string>

#include "ecosystems/purl.h"
#include "inventory/sbom/component.h"
#include "model/package.h"

namespace narrows::inventory::sbom {

// Internal to ReadBillOfMaterials. The package that a component is, by its package URL and by what
// syft, trivy and Narrows itself say besides; nothing where the URL's type belongs to no ecosystem.
// `distribution` is the document's, where it has one.
std::optional<model::Package> PackageOf(const Component& component, const ecosystems::Purl& purl,
                                        const std::optional<model::Distribution>& distribution);

// Whether packages of the URL's type belong to an operating system.
bool IsOfDistribution(const ecosystems::Purl& purl);

}  // namespace narrows::inventory::sbom
