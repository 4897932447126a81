#include <algorithm>
#include <utility>

#include "advisories/distribution/http_transfer.h"
#include "advisories/distribution/release_source.h"
#include "advisories/distribution/signature.h"
#include "base/strings.h"

namespace narrows::advisories::distribution {
namespace {

class HttpReleaseSource final : public ReleaseSource {
 public:
  HttpReleaseSource(http::Url folder, std::unique_ptr<http::HttpClient> client)
      : folder_(std::move(folder)), client_(std::move(client)) {}

  Result<Document> FetchRelease(const CallContext& context) override {
    Document document;
    ASSIGN_OR_RETURN(document.release, FetchSmall(kReleaseName, kMostReleaseBytes, context));
    auto signatures = FetchSmall(kSignaturesName, kMostSignaturesBytes, context);
    if (!signatures.has_value() && signatures.error().code != ErrorCode::kNotFound)
      return signatures.error();
    if (signatures.has_value()) document.signatures = *std::move(signatures);
    return document;
  }

  Status ReadBlob(const Blob& blob, uint64_t offset, const CallContext& context,
                  const OnData& on_data) override {
    const http::Url url = At(BlobName(blob.digest));
    std::vector<http::Header> headers;
    if (offset > 0) headers.push_back({"Range", "bytes=" + std::to_string(offset) + "-"});
    uint64_t skip = 0;
    const auto on_response = [&](const http::HttpResponse& head) -> Status {
      if (head.status == 200) {
        skip = offset;  // a server without ranges gives it whole
        return Ok();
      }
      const std::string begins = "bytes " + std::to_string(offset) + "-";
      if (head.status != 206) return ErrorOfStatus(head.status);
      if (!head.HeaderValue("Content-Range").starts_with(begins))
        return DataLoss(url.WithoutQuery() + ": the server answers another range than asked");
      return Ok();
    };
    return Get(*client_, url, headers, context, on_response, [&](std::string_view piece) -> Status {
      const auto skipped = std::min<uint64_t>(skip, piece.size());
      skip -= skipped;
      piece.remove_prefix(skipped);
      return piece.empty() ? Ok() : on_data(piece);
    });
  }

  std::string Name() const override { return folder_.WithoutQuery(); }

 private:
  http::Url At(std::string_view name) const {
    http::Url url = folder_;
    url.path += name;
    return url;
  }

  Result<std::string> FetchSmall(std::string_view name, size_t most, const CallContext& context) {
    const http::Url url = At(name);
    std::string body;
    const auto on_response = [&](const http::HttpResponse& head) -> Status {
      if (head.status != 200) return ErrorOfStatus(head.status);
      return Ok();
    };
    RETURN_IF_ERROR(
        Get(*client_, url, {}, context, on_response, [&](std::string_view piece) -> Status {
          if (piece.size() > most - body.size())
            return ResourceExhausted(url.WithoutQuery() + " is larger than " +
                                     std::to_string(most) + " bytes");
          body += piece;
          return Ok();
        }));
    return body;
  }

  const http::Url folder_;
  const std::unique_ptr<http::HttpClient> client_;
};

}  // namespace

std::string BlobName(std::string_view digest) {
  return "blobs/sha256/" + std::string(digest.substr(digest.find(':') + 1));
}

Result<std::unique_ptr<ReleaseSource>> MakeHttpReleaseSource(std::string_view url,
                                                             http::HttpClientOptions options) {
  ASSIGN_OR_RETURN(http::Url folder, http::Url::Parse(url));
  if (!folder.path.ends_with('/')) folder.path += '/';
  ASSIGN_OR_RETURN(auto client, http::MakeHttpClient(std::move(options)));
  return std::unique_ptr<ReleaseSource>(
      std::make_unique<HttpReleaseSource>(std::move(folder), std::move(client)));
}

}  // namespace narrows::advisories::distribution
