#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "commands.h"
#include "findings/vex/statements.h"
#include "model/image.h"
#include "registry/image_reference.h"

namespace narrows::app {

inline constexpr std::string_view kAttached = "oci";  // of --vex: what is attached to the image

// The documents of the files that --vex names, kAttached left out; what is to be said of them is
// warned of. An error names the file and the member.
Result<std::vector<findings::vex::SourcedDocument>> ReadVexFiles(
    const std::vector<std::string>& flags);

bool WantsAttached(const std::vector<std::string>& flags);

// Those attached to the image on its registry.
Result<std::vector<findings::vex::SourcedDocument>> ReadAttachedDocuments(
    const registry::ImageReference& reference, const RegistryFlags& registry,
    const model::ImageAnalysis& image, const CallContext& context);

}  // namespace narrows::app
