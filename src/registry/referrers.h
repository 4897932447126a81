#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "registry/artifact_repository.h"
#include "registry/distribution_client.h"
#include "registry/image_reference.h"

namespace narrows::registry {

inline constexpr size_t kMostReferrers = 1000;  // of one subject
inline constexpr int kMostReferrerPages = 20;

using Annotations = std::map<std::string, std::string, std::less<>>;

// An artifact that was attached to an image: a bill of materials, a VEX document, a signature.
struct Referrer {
  std::string artifact_type;  // media type; empty where the list does not say
  std::string media_type;     // of its manifest
  std::string digest;         // of its manifest, checked: "sha256:…"
  int64_t size = 0;           // of its manifest
  Annotations annotations;
  friend bool operator==(const Referrer&, const Referrer&) = default;
};

struct AttachedFile {
  ArtifactFile file;
  Annotations annotations;
  friend bool operator==(const AttachedFile&, const AttachedFile&) = default;
};

// An attached artifact's manifest.
struct AttachedArtifact {
  std::string type;     // media type; the configuration's where it names none
  std::string subject;  // digest of what it is attached to; empty where it does not say
  Annotations annotations;
  std::vector<AttachedFile> files;
};

// What else a repository keeps about its images. Nothing here is proved to come from who built the
// image: whoever may push to the repository may attach. Errors, credentials and redirects are as
// with images (distribution_client.h). A mirror's word that there is nothing is not taken for the
// registry's, since most mirrors hold images only. Thread-safe.
class ReferrerRepository {
 public:
  virtual ~ReferrerRepository() = default;

  // What refers to the manifest or index `subject` ("sha256:…"), by the registry's referrers API,
  // else by the tag that stands in for it where a registry has none (OCI distribution
  // specification 1.1, "Referrers Tag Schema"). Only those of `artifact_type`, unless it is empty;
  // entries whose type is not said are always among them.
  virtual Result<std::vector<Referrer>> List(const std::string& subject,
                                             const std::string& artifact_type,
                                             const CallContext& context) = 0;

  // What BuildKit put beside `subject` into the image's index: its attestations.
  virtual Result<std::vector<Referrer>> Attestations(const std::string& index,
                                                     const std::string& subject,
                                                     const CallContext& context) = 0;

  // The manifest of a referrer, verified by digest and size. kInvalidArgument where it is attached
  // to something else than `subject`.
  virtual Result<AttachedArtifact> Fetch(const Referrer& referrer, const std::string& subject,
                                         const CallContext& context) = 0;

  // What cosign keeps under the tag "sha256-HEX.SUFFIX" ("sbom", "att"): its files, none when there
  // is no such tag.
  virtual Result<std::vector<AttachedFile>> Tagged(const std::string& subject,
                                                   const std::string& suffix,
                                                   const CallContext& context) = 0;

  // A whole file, verified by digest and size. kResourceExhausted when it has more than `most`
  // bytes.
  virtual Result<std::string> ReadFile(const ArtifactFile& file, size_t most,
                                       const CallContext& context) = 0;
};

// Of the repository that `image` is in; its tag and digest don't matter. kInvalidArgument for a
// mirror that is no URL or a certificate that cannot be read. Nothing is sent yet.
Result<std::unique_ptr<ReferrerRepository>> MakeReferrerRepository(const ImageReference& image,
                                                                   RegistryOptions options);

}  // namespace narrows::registry
