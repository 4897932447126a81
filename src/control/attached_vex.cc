#include "control/attached_vex.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "advisories/vex/document.h"
#include "base/strings.h"

namespace narrows::control {
namespace {

// Whether an artifact of this type may hold a VEX document. Attestations of all kinds have the
// same.
bool MayHoldVex(std::string_view type) {
  constexpr std::array<std::string_view, 7> kWords = {"vex",  "csaf",     "cyclonedx", "in-toto",
                                                      "dsse", "sigstore", "attest"};
  if (type.empty()) return true;
  const std::string lower = ToLower(type);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

class Collector {
 public:
  Collector(registry::ReferrerRepository& repository, const CallContext& context)
      : repository_(repository), context_(context) {}

  Status Collect(const std::string& subject, const std::string& index) {
    ASSIGN_OR_RETURN(const auto referrers, repository_.List(subject, "", context_));
    RETURN_IF_ERROR(ReadReferrers(referrers, subject));
    ASSIGN_OR_RETURN(const auto files, repository_.Tagged(subject, "att", context_));
    for (const registry::AttachedFile& file : files) RETURN_IF_ERROR(ReadFile(file.file));
    if (index.empty() || index == subject) return Ok();
    ASSIGN_OR_RETURN(const auto attestations, repository_.Attestations(index, subject, context_));
    return ReadReferrers(attestations, subject);
  }

  AttachedVex Finish() && { return std::move(attached_); }

 private:
  // What is damaged is named and passed over, but not what ends the whole: a deadline.
  Status PassOver(const Error& error, const std::string& digest) {
    RETURN_IF_ERROR(context_.Check());
    attached_.warnings.push_back("attached to the image, " + Printable(digest) + ": " +
                                 error.message);
    return Ok();
  }

  Status ReadReferrers(const std::vector<registry::Referrer>& referrers,
                       const std::string& subject) {
    for (const registry::Referrer& referrer : referrers) {
      if (!MayHoldVex(referrer.artifact_type) || !seen_.insert(referrer.digest).second) continue;
      const auto artifact = repository_.Fetch(referrer, subject, context_);
      if (!artifact.has_value()) {
        RETURN_IF_ERROR(PassOver(artifact.error(), referrer.digest));
        continue;
      }
      if (!MayHoldVex(artifact->type) && !MayHoldVex(referrer.artifact_type)) continue;
      for (const registry::AttachedFile& file : artifact->files)
        RETURN_IF_ERROR(ReadFile(file.file));
    }
    return Ok();
  }

  Status ReadFile(const registry::ArtifactFile& file) {
    if (!MayHoldVex(file.media_type) && file.media_type.find("json") == std::string::npos)
      return Ok();
    if (!seen_.insert(file.digest).second) return Ok();
    if (++read_ > kMostAttachedDocuments) {
      if (read_ == kMostAttachedDocuments + 1)
        attached_.warnings.push_back("more than " + std::to_string(kMostAttachedDocuments) +
                                     " documents are attached to the image; the rest is not read");
      return Ok();
    }
    const auto bytes = repository_.ReadFile(file, kMostAttachedBytes, context_);
    if (!bytes.has_value()) return PassOver(bytes.error(), file.digest);
    auto document = advisories::vex::ReadDocument(*bytes);
    if (!document.has_value()) {
      // Something else: a bill of materials, provenance.
      if (document.error().code == ErrorCode::kNotFound) return Ok();
      return PassOver(document.error(), file.digest);
    }
    if (document->statements.empty()) return Ok();
    attached_.documents.push_back(
        {"attached " + file.digest,
         std::make_shared<const advisories::vex::Document>(*std::move(document))});
    return Ok();
  }

  registry::ReferrerRepository& repository_;
  const CallContext& context_;
  AttachedVex attached_;
  std::set<std::string> seen_;  // digests
  size_t read_ = 0;
};

}  // namespace

Result<AttachedVex> ReadAttachedVex(registry::ReferrerRepository& repository,
                                    const model::ImageAnalysis& image, const CallContext& context) {
  Collector collector(repository, context);
  RETURN_IF_ERROR(collector.Collect(image.digest, image.index_digest));
  if (!image.index_digest.empty() && image.index_digest != image.digest)
    RETURN_IF_ERROR(collector.Collect(image.index_digest, ""));
  return std::move(collector).Finish();
}

}  // namespace narrows::control
