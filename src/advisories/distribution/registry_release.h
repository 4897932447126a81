#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "advisories/distribution/release_source.h"
#include "base/call_context.h"
#include "base/result.h"
#include "registry/artifact_repository.h"

namespace narrows::advisories::distribution {

// Releases as OCI artifacts: any registry holds them and any mirror copies them. One layer each for
// the release, its signatures, the compressed database and the deltas.
std::unique_ptr<ReleaseSource> MakeRegistryReleaseSource(
    std::unique_ptr<registry::ArtifactRepository> repository, std::string name);

// Pushes the newest release of a folder that PublishRelease has filled; what the registry has is
// not sent again. The digest of the artifact.
Result<std::string> PushRelease(const std::filesystem::path& folder,
                                registry::ArtifactRepository& repository,
                                const CallContext& context);

}  // namespace narrows::advisories::distribution
