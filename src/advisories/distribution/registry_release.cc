#include "advisories/distribution/registry_release.h"

#include <algorithm>
#include <utility>

#include "advisories/distribution/signature.h"
#include "base/file.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;

constexpr const char* kArtifactType = "application/vnd.narrows.advisories.v1";
constexpr const char* kReleaseType = "application/vnd.narrows.advisories.release.v1+json";
constexpr const char* kSignaturesType = "application/vnd.narrows.advisories.signatures.v1+json";
constexpr const char* kDatabaseType = "application/vnd.narrows.advisories.database.v1+zstd";
constexpr const char* kDeltaType = "application/vnd.narrows.advisories.delta.v1+zstd";

class RegistryReleaseSource final : public ReleaseSource {
 public:
  RegistryReleaseSource(std::unique_ptr<registry::ArtifactRepository> repository, std::string name)
      : repository_(std::move(repository)), name_(std::move(name)) {}

  Result<Document> FetchRelease(const CallContext& context) override {
    ASSIGN_OR_RETURN(const registry::Artifact artifact, repository_->Fetch(context));
    if (artifact.type != kArtifactType)
      return FailedPrecondition(name_ +
                                " is no advisory database of Narrows; push one with "
                                "`narrows db push`");
    Document document;
    for (const registry::ArtifactFile& file : artifact.files) {
      if (file.media_type == kReleaseType) {
        ASSIGN_OR_RETURN(document.release, ReadSmall(file, kMostReleaseBytes, context));
      } else if (file.media_type == kSignaturesType) {
        ASSIGN_OR_RETURN(document.signatures, ReadSmall(file, kMostSignaturesBytes, context));
      }
    }
    return document;
  }

  Status ReadBlob(const Blob& blob, uint64_t offset, const CallContext& context,
                  const OnData& on_data) override {
    return repository_->ReadFile({.digest = blob.digest, .size = static_cast<int64_t>(blob.bytes)},
                                 static_cast<int64_t>(offset), context, on_data);
  }

  std::string Name() const override { return name_; }

 private:
  Result<std::string> ReadSmall(const registry::ArtifactFile& file, size_t most,
                                const CallContext& context) {
    std::string bytes;
    RETURN_IF_ERROR(repository_->ReadFile(file, 0, context, [&](std::string_view piece) -> Status {
      if (piece.size() > most - bytes.size())
        return ResourceExhausted(name_ + ": " + file.digest + " is larger than " +
                                 std::to_string(most) + " bytes");
      bytes += piece;
      return Ok();
    }));
    if (DigestOf(bytes) != file.digest)
      return DataLoss(name_ + ": " + file.digest + " was altered on the registry or on the way");
    return bytes;
  }

  const std::unique_ptr<registry::ArtifactRepository> repository_;
  const std::string name_;
};

}  // namespace

std::unique_ptr<ReleaseSource> MakeRegistryReleaseSource(
    std::unique_ptr<registry::ArtifactRepository> repository, std::string name) {
  return std::make_unique<RegistryReleaseSource>(std::move(repository), std::move(name));
}

Result<std::string> PushRelease(const fs::path& folder, registry::ArtifactRepository& repository,
                                const CallContext& context) {
  ASSIGN_OR_RETURN(const std::string document, ReadFile(folder / kReleaseName, kMostReleaseBytes));
  ASSIGN_OR_RETURN_WITHIN(const Release release, ParseRelease(document),
                          (folder / kReleaseName).string());
  registry::Artifact artifact{.type = kArtifactType};
  const auto add = [&](const char* type, const std::string& bytes) -> Status {
    const registry::ArtifactFile file{type, DigestOf(bytes), static_cast<int64_t>(bytes.size())};
    RETURN_IF_ERROR(repository.Upload(file, bytes, context));
    artifact.files.push_back(file);
    return Ok();
  };
  const auto add_blob = [&](const char* type, const Blob& blob) -> Status {
    const fs::path path = folder / BlobName(blob.digest);
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, blob.bytes));
    if (DigestOf(bytes) != blob.digest) return DataLoss(path.string() + " has other bytes");
    return add(type, bytes);
  };
  RETURN_IF_ERROR(add(kReleaseType, document));
  const auto signatures = ReadFile(folder / kSignaturesName, kMostSignaturesBytes);
  if (signatures.has_value()) {
    RETURN_IF_ERROR(add(kSignaturesType, *signatures));
  } else if (signatures.error().code != ErrorCode::kNotFound) {
    return signatures.error();
  }
  RETURN_IF_ERROR(add_blob(kDatabaseType, release.compressed));
  for (const ReleaseDelta& delta : release.deltas)
    RETURN_IF_ERROR(add_blob(kDeltaType, delta.blob));
  return repository.Publish(artifact, context);
}

}  // namespace narrows::advisories::distribution
