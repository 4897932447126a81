#pragma once

#include <string_view>

#include "base/result.h"
#include "inventory/sbom/component.h"

namespace narrows::inventory::sbom {

// Internal to ReadBillOfMaterials: a reader for each notation. They set Document::format where the
// text is a bill of materials. kInvalidArgument names the mistake, kUnimplemented a version that is
// not read, kResourceExhausted a limit.

// CycloneDX or SPDX, or what is around them: a statement of in-toto, a DSSE envelope, a sigstore
// bundle, GitHub's export.
Status ReadJsonDocument(std::string_view text, size_t nesting, Document& document);

Status ReadCycloneDxXml(std::string_view text, Document& document);

Status ReadSpdxTagValue(std::string_view text, Document& document);

// By what the text begins with. `nesting`, here as there: how many envelopes are around it.
Status ReadDocument(std::string_view text, size_t nesting, Document& document);

// Ok for the versions of the formats that are read.
Status CheckCycloneDxVersion(std::string_view version);
Status CheckSpdxVersion(std::string_view version);  // "SPDX-2.3"

}  // namespace narrows::inventory::sbom
