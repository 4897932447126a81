#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/package.h"

namespace narrows::ecosystems {

// Reads the packages out of one kind of package database. Stateless and thread-safe; takes bytes,
// gives records and touches nothing else, so that it can run in a sandboxed process.
class PackageExtractor {
 public:
  virtual ~PackageExtractor() = default;

  // "dpkg"; part of the layer cache's key together with Version().
  virtual std::string_view Name() const = 0;
  virtual int Version() const = 0;

  // Whether a file at `path` ("/"-less, normalised: "var/lib/dpkg/status") is to be given to
  // Extract.
  virtual bool Claims(std::string_view path) const = 0;

  // The largest file it takes, in bytes.
  virtual size_t MostBytes() const = 0;

  // The packages of one file. Damaged entries are left out and named in `statuses`; kDataLoss only
  // when nothing could be read. `package.purl` is completed by FinishPackages, which knows the
  // distribution.
  struct Extracted {
    std::vector<model::Package> packages;
    std::vector<std::string> statuses;
  };
  virtual Result<Extracted> Extract(std::string_view path, std::string_view content) const = 0;
};

}  // namespace narrows::ecosystems
