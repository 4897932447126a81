#pragma once

#include <map>
#include <string>

#include "storage/image_store.h"
#include "storage/sqlite/session.h"

namespace narrows::storage {

class SqliteImages final : public ImageStore {
 public:
  explicit SqliteImages(Session& session) : session_(session) {}

  Result<std::optional<StoredImage>> Get(std::string_view digest) const override;
  Result<std::vector<std::string>> Digests() const override;
  Result<std::vector<std::string>> Containing(
      const std::vector<PackageName>& packages) const override;
  Status Put(const model::ImageAnalysis& analysis) override;
  Status MarkSeen(const std::vector<std::string>& digests) override;

 private:
  Status Write(const model::ImageAnalysis& analysis);
  Status WriteLayers(int64_t image, const std::vector<model::Layer>& layers);
  Status WritePackages(int64_t image, const std::vector<model::Package>& packages);
  Result<int64_t> InternGroup(std::string_view layer,
                              const std::map<std::string, const model::Package*>& packages);

  Session& session_;
};

}  // namespace narrows::storage
