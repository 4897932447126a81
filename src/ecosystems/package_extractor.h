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

  // The places where its files always are, normalised likewise: a file, or a folder with a "/" at
  // the end for the files right in it (of which Claims takes some). Links on the way there are
  // followed.
  virtual std::vector<std::string_view> Places() const = 0;

  // The largest file it takes, in bytes.
  virtual size_t MostBytes() const = 0;

  // The packages of one file. Damaged entries are left out and named in `statuses`; kDataLoss only
  // when nothing could be read. `path` and `layer` are for the caller to set, `purl` for Complete.
  struct Extracted {
    std::vector<model::Package> packages;
    std::vector<std::string> statuses;
  };
  virtual Result<Extracted> Extract(std::string_view path, std::string_view content) const = 0;

  // Sets `ecosystem` and `purl` of a package that Extract gave, once the distribution is known (its
  // fields may be empty).
  virtual void Complete(model::Package& package, const model::Distribution& distribution) const = 0;
};

}  // namespace narrows::ecosystems
