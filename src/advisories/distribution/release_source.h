#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "advisories/distribution/release.h"
#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"

namespace narrows::advisories::distribution {

// Where releases are fetched. Nothing it gives is trusted: the document is verified by its
// signatures, a blob by its digest.
class ReleaseSource {
 public:
  using OnData = std::function<Status(std::string_view piece)>;

  struct Document {
    std::string release;     // at most kMostReleaseBytes
    std::string signatures;  // at most kMostSignaturesBytes; empty where there are none
  };

  virtual ~ReleaseSource() = default;

  // The newest release. kNotFound when there is none.
  virtual Result<Document> FetchRelease(const CallContext& context) = 0;

  // The blob from byte `offset` on. kUnavailable where trying again may help; what came before
  // stays good.
  virtual Status ReadBlob(const Blob& blob, uint64_t offset, const CallContext& context,
                          const OnData& on_data) = 0;

  // For messages; without credentials and queries.
  virtual std::string Name() const = 0;
};

// The names in a folder that PublishRelease fills and a web server gives out.
constexpr std::string_view kReleaseName = "release.json";
constexpr std::string_view kSignaturesName = "release.json.sig";
// "blobs/sha256/…"; the digest must be one.
std::string BlobName(std::string_view digest);

// A folder on an HTTP(S) server; `url` is the folder's. Redirects are followed, never from HTTPS to
// HTTP; no credential is sent anywhere. kInvalidArgument for what is no URL.
Result<std::unique_ptr<ReleaseSource>> MakeHttpReleaseSource(std::string_view url,
                                                             http::HttpClientOptions options);

}  // namespace narrows::advisories::distribution
