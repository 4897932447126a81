#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "registry/distribution_client.h"
#include "registry/image_reference.h"

namespace narrows::registry {

// A file of an artifact.
struct ArtifactFile {
  std::string media_type;
  std::string digest;  // checked: "sha256:…"
  int64_t size = 0;
  friend bool operator==(const ArtifactFile&, const ArtifactFile&) = default;
};

// What is no image but lies on a registry (OCI image specification 1.1, "Guidelines for artifact
// usage"): files of any kind, with an empty configuration.
struct Artifact {
  std::string type;  // media type
  std::vector<ArtifactFile> files;
};

// Where one artifact lies: a reference to a tag or a digest. Errors, credentials and redirects are
// as with images (distribution_client.h). Thread-safe.
class ArtifactRepository {
 public:
  using OnData = std::function<Status(std::string_view piece)>;

  virtual ~ArtifactRepository() = default;

  // kNotFound, kInvalidArgument (malformed), kDataLoss (another digest than the reference's).
  virtual Result<Artifact> Fetch(const CallContext& context) = 0;

  // A file's bytes from `offset` on, not verified. kUnavailable where trying again may help.
  virtual Status ReadFile(const ArtifactFile& file, int64_t offset, const CallContext& context,
                          const OnData& on_data) = 0;

  // Puts a file there, unless it is there already.
  virtual Status Upload(const ArtifactFile& file, const std::string& bytes,
                        const CallContext& context) = 0;

  // Makes the reference's tag name the artifact, whose files must be there. Its digest.
  virtual Result<std::string> Publish(const Artifact& artifact, const CallContext& context) = 0;
};

enum class ArtifactAccess { kPull, kPush };

// kInvalidArgument for a mirror that is no URL or a certificate that cannot be read. What is pushed
// goes to the registry itself, never to a mirror.
Result<std::unique_ptr<ArtifactRepository>> MakeArtifactRepository(const ImageReference& reference,
                                                                   RegistryOptions options,
                                                                   ArtifactAccess access);

}  // namespace narrows::registry
