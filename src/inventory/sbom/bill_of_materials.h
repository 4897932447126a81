#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/image.h"

namespace narrows::inventory::sbom {

inline constexpr size_t kMostBillBytes = size_t{64} << 20;  // what ReadBillOfMaterials takes

// What a document says a thing is made of. Nothing of it was looked at.
struct BillOfMaterials {
  std::string format;     // "CycloneDX 1.6 (JSON)"
  bool attested = false;  // it stood in an in-toto attestation, whose signature nobody checked
  // The packages that can be judged, each once; no layers. `reference` is what the document calls
  // its subject, `digest` the image's where it says so. What it names and nobody can judge is
  // counted among the statuses, and then it is not complete.
  model::ImageAnalysis analysis;
};

// Reads a bill of materials, whose format is found out from its content: CycloneDX 1.2 to 1.7
// (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value), or one of them in an in-toto statement (v0.1,
// v1), a DSSE envelope or a sigstore bundle, also an envelope a line.
//
// Packages come from package URLs, their distribution from a component of the type
// "operating-system", else from the URLs' qualifiers; of the properties and comments of tools those
// of Narrows, syft and trivy are understood. A package of another release than the document's has
// an ecosystem with that release behind it ("Debian:11"), which nobody judges.
//
// kInvalidArgument for what is malformed or no bill of materials, kUnimplemented for a version that
// is not read, kResourceExhausted above 64 MiB, 200,000 components or 50,000 packages. Stateless
// and thread-safe.
Result<BillOfMaterials> ReadBillOfMaterials(std::string_view bytes);

}  // namespace narrows::inventory::sbom
