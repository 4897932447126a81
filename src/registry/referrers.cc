#include "registry/referrers.h"

#include <utility>

#include "base/sha256.h"
#include "base/strings.h"
#include "registry/document_fetch.h"
#include "registry/endpoints.h"
#include "registry/manifest.h"
#include "registry/referrer_documents.h"
#include "registry/registry_connections.h"

namespace narrows::registry {
namespace {

constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view kAttachedTypes =
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

// "sha256:ab…" → "sha256-ab…".
std::string TagOf(const std::string& digest) { return "sha256-" + digest.substr(7); }

class DistributionReferrers final : public ReferrerRepository {
 public:
  DistributionReferrers(const ImageReference& image, RegistryOptions options)
      : what_(image.Repository()), options_(std::move(options)) {
    if (!options_.connections) options_.connections = MakeRegistryConnections();
  }

  Status AddEndpoints(const ImageReference& image) {
    ASSIGN_OR_RETURN(std::vector<Endpoint> endpoints, EndpointsOf(image, options_));
    for (Endpoint& endpoint : endpoints) {
      RETURN_IF_ERROR(options_.connections->ClientFor(endpoint.host, options_));
      sessions_.push_back(
          std::make_unique<RegistrySession>(std::move(endpoint), options_, *options_.connections));
    }
    return Ok();
  }

  Result<std::vector<Referrer>> List(const std::string& subject, const std::string& artifact_type,
                                     const CallContext& context) override {
    RETURN_IF_ERROR(CheckDigest(subject));
    using List = std::vector<Referrer>;
    ASSIGN_OR_RETURN(List all, AtAnyEndpoint<List>(context, [&](RegistrySession& session) {
                       return ListAt(session, subject, artifact_type, context);
                     }));
    if (!artifact_type.empty()) {
      std::erase_if(all, [&](const Referrer& referrer) {
        return !referrer.artifact_type.empty() && referrer.artifact_type != artifact_type;
      });
    }
    return all;
  }

  Result<std::vector<Referrer>> Attestations(const std::string& index, const std::string& subject,
                                             const CallContext& context) override {
    RETURN_IF_ERROR(CheckDigest(index));
    using List = std::vector<Referrer>;
    return AtAnyEndpoint<List>(context, [&](RegistrySession& session) -> Result<List> {
      ASSIGN_OR_RETURN(const std::string bytes,
                       Manifest(session, index, AcceptedManifestTypes(), context));
      return ParseIndexAttestations(bytes, subject);
    });
  }

  Result<AttachedArtifact> Fetch(const Referrer& referrer, const std::string& subject,
                                 const CallContext& context) override {
    RETURN_IF_ERROR(CheckDigest(referrer.digest));
    ASSIGN_OR_RETURN(const std::string bytes,
                     AtAnyEndpoint<std::string>(context, [&](RegistrySession& session) {
                       return Manifest(session, referrer.digest, kAttachedTypes, context);
                     }));
    if (static_cast<int64_t>(bytes.size()) != referrer.size)
      return DataLoss(referrer.digest + " of " + what_ + " has another size than was said");
    ASSIGN_OR_RETURN_WITHIN(AttachedArtifact artifact, ParseAttachedArtifact(bytes),
                            referrer.digest + " of " + what_);
    if (!artifact.subject.empty() && artifact.subject != subject)
      return InvalidArgument(referrer.digest + " of " + what_ + " is attached to " +
                             Printable(artifact.subject, 80) + ", not to " + subject);
    return artifact;
  }

  Result<std::vector<AttachedFile>> Tagged(const std::string& subject, const std::string& suffix,
                                           const CallContext& context) override {
    RETURN_IF_ERROR(CheckDigest(subject));
    const std::string tag = TagOf(subject) + "." + suffix;
    using Files = std::vector<AttachedFile>;
    return AtAnyEndpoint<Files>(context, [&](RegistrySession& session) -> Result<Files> {
      const auto bytes = Manifest(session, tag, kAttachedTypes, context);
      if (!bytes.has_value()) {
        if (bytes.error().code == ErrorCode::kNotFound) return Files();
        return bytes.error();
      }
      ASSIGN_OR_RETURN_WITHIN(AttachedArtifact artifact, ParseAttachedArtifact(*bytes),
                              what_ + ":" + tag);
      return std::move(artifact.files);
    });
  }

  Result<std::string> ReadFile(const ArtifactFile& file, size_t most,
                               const CallContext& context) override {
    RETURN_IF_ERROR(CheckDigest(file.digest));
    const std::string what = "file " + file.digest + " of " + what_;
    if (file.size < 0 || static_cast<uint64_t>(file.size) > most)
      return ResourceExhausted(what + " has " + std::to_string(file.size) + " bytes, limit " +
                               std::to_string(most));
    return AtAnyEndpoint<std::string>(
        context, [&](RegistrySession& session) -> Result<std::string> {
          ASSIGN_OR_RETURN(
              Document document,
              FetchDocument(session, {.path = "blobs/" + file.digest},
                            static_cast<size_t>(file.size), what, options_.limits, context));
          RETURN_IF_ERROR(VerifyDigest(what, file.digest, "sha256:" + Sha256Hex(document.bytes)));
          return std::move(document.bytes);
        });
  }

 private:
  // The first endpoint's answer that is one: of a mirror, an empty list is none. Where all fail,
  // the registry's own error, which is the last.
  template <typename T, typename Operation>
  Result<T> AtAnyEndpoint(const CallContext& context, Operation operation) {
    std::string mirrors;
    for (size_t i = 0;; ++i) {
      Result<T> result = operation(*sessions_[i]);
      const bool last = i + 1 == sessions_.size();
      if (result.has_value() && (last || !result->empty())) return result;
      if (last || !context.Check().has_value()) {
        if (result.has_value()) return result;
        Error error = std::move(result).error();
        error.message += mirrors;
        return error;
      }
      if (!result.has_value())
        mirrors += "; mirror " + sessions_[i]->endpoint().host + ": " + result.error().message;
    }
  }

  // The bytes of the manifest of that tag or digest; verified where it is a digest.
  Result<std::string> Manifest(RegistrySession& session, const std::string& wanted,
                               std::string_view accepted, const CallContext& context) {
    const std::string what = what_ + (wanted.find(':') == std::string::npos ? ":" : "@") + wanted;
    ASSIGN_OR_RETURN(Document document,
                     FetchDocument(session,
                                   {.path = "manifests/" + wanted,
                                    .headers = {{"Accept", std::string(accepted)}}},
                                   kMostManifestBytes, what, options_.limits, context));
    if (wanted.find(':') != std::string::npos)
      RETURN_IF_ERROR(VerifyDigest(what, wanted, "sha256:" + Sha256Hex(document.bytes)));
    return std::move(document.bytes);
  }

  Result<std::vector<Referrer>> ListAt(RegistrySession& session, const std::string& subject,
                                       const std::string& artifact_type,
                                       const CallContext& context) {
    RegistrySession::Request request{.path = "referrers/" + subject,
                                     .headers = {{"Accept", std::string(kIndexType)}}};
    if (!artifact_type.empty()) request.query = "artifactType=" + PercentEncode(artifact_type);
    const std::string what = "referrers of " + what_ + "@" + subject;
    std::vector<Referrer> all;
    for (int page = 0; page < kMostReferrerPages; ++page) {
      const auto document =
          FetchDocument(session, request, kMostManifestBytes, what, options_.limits, context);
      if (page == 0 && !HasApi(document)) return ListByTag(session, subject, context);
      if (!document.has_value()) return document.error();
      ASSIGN_OR_RETURN_WITHIN(std::vector<Referrer> some, ParseReferrerIndex(document->bytes),
                              what);
      all.insert(all.end(), some.begin(), some.end());
      if (all.size() > kMostReferrers)
        return ResourceExhausted(what + ": more than " + std::to_string(kMostReferrers));
      const std::string_view next = NextPage(document->head.HeaderValue("Link"));
      if (next.empty()) return all;
      ASSIGN_OR_RETURN_WITHIN(request.url, session.endpoint().root.Resolve(next), what);
      if (request.url->Origin() != session.endpoint().root.Origin())
        return DataLoss(what + ": the list is said to go on at another host, " +
                        request.url->Authority());
    }
    return ResourceExhausted(what + ": more than " + std::to_string(kMostReferrerPages) + " pages");
  }

  // A registry without the API should answer 404; some answer another refusal, or a web page.
  static bool HasApi(const Result<Document>& document) {
    if (document.has_value()) {
      const std::string type = ToLower(document->head.HeaderValue("Content-Type"));
      return type.find("html") == std::string::npos;
    }
    const ErrorCode code = document.error().code;
    return code != ErrorCode::kNotFound && code != ErrorCode::kInvalidArgument;
  }

  Result<std::vector<Referrer>> ListByTag(RegistrySession& session, const std::string& subject,
                                          const CallContext& context) {
    const auto bytes = Manifest(session, TagOf(subject), kIndexType, context);
    if (!bytes.has_value()) {
      if (bytes.error().code == ErrorCode::kNotFound) return std::vector<Referrer>();
      return bytes.error();
    }
    ASSIGN_OR_RETURN_WITHIN(std::vector<Referrer> all, ParseReferrerIndex(*bytes),
                            what_ + ":" + TagOf(subject));
    return all;
  }

  const std::string what_;  // the repository
  RegistryOptions options_;
  std::vector<std::unique_ptr<RegistrySession>> sessions_;  // mirrors first, the registry last
};

}  // namespace

Result<std::unique_ptr<ReferrerRepository>> MakeReferrerRepository(const ImageReference& image,
                                                                   RegistryOptions options) {
  auto repository = std::make_unique<DistributionReferrers>(image, std::move(options));
  RETURN_IF_ERROR(repository->AddEndpoints(image));
  return std::unique_ptr<ReferrerRepository>(std::move(repository));
}

}  // namespace narrows::registry
