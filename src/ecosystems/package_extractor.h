#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ecosystems/owned_files.h"
#include "model/package.h"

namespace narrows::ecosystems {

// Reads the packages out of one kind of file: the data base of a package manager, which has its
// place, or what a language's installer leaves, which may lie anywhere. Stateless and thread-safe;
// takes bytes, gives records and touches nothing else, so that it can run in a sandboxed process.
class PackageExtractor {
 public:
  virtual ~PackageExtractor() = default;

  // "dpkg"; part of the layer cache's key together with Version().
  virtual std::string_view Name() const = 0;
  virtual int Version() const = 0;

  // Whether a file at `path` ("/"-less, normalised: "var/lib/dpkg/status") is to be given to
  // Extract. With Places() it is asked of the files there. Without, of every regular file, millions
  // of them: look at the end of the path first. Several extractors may claim the same file.
  virtual bool Claims(std::string_view path) const = 0;

  // The places where its files always are, normalised likewise: a file, or a folder with a "/" at
  // the end for the files right in it (of which Claims takes some). Links on the way there are
  // followed. Empty: its files may be anywhere.
  virtual std::vector<std::string_view> Places() const = 0;

  // Whether its packages are those of an operating system, which own files.
  virtual bool IsOfOperatingSystem() const { return !Places().empty(); }

  // Whether its packages are nothing of their own where an operating system's package owns their
  // file: the owner is listed in their place.
  virtual bool IsForUnownedFiles() const { return false; }

  // Whether it is to be given executables besides: each regular file, whatever its path and mode,
  // that begins as ELF, PE or Mach-O files do, libraries included.
  virtual bool ClaimsExecutables() const { return false; }

  // Whether a file that begins so (512 bytes, or all of it) may be one of its, wherever it lies.
  // Some images have nothing but a link at the well-known place: what is recognised need not be
  // read a second time when the link turns up. Asked only of extractors with places.
  virtual bool Recognises(std::string_view head) const {
    static_cast<void>(head);
    return false;
  }

  // The largest file it takes, in bytes; at most 1 GiB.
  virtual size_t MostBytes() const = 0;

  // The packages of one file. `content` is in one piece: in memory when it is small, else a mapping
  // of a temporary file, of which only the pages that are looked at cost memory. Damaged entries
  // are left out and named in `statuses`; kDataLoss only when nothing could be read. A file that is
  // not what its name promised, and holds no packages, gives nothing at all.
  //
  // `layer` and `owner` are for the caller to set, `ecosystem` and `purl` for Complete. `path` too,
  // but for packages within an archive: there the extractor sets the path inside it, to be shown
  // behind the archive's ("/app.jar!/lib/a.jar").
  struct Extracted {
    std::vector<model::Package> packages;
    std::vector<std::string> statuses;
    std::vector<OwnedFiles> owned;  // of an operating system's packages
  };
  virtual Result<Extracted> Extract(std::string_view path, std::string_view content) const = 0;

  // Sets `ecosystem` and `purl` of a package that Extract gave, once the distribution is known (its
  // fields may be empty).
  virtual void Complete(model::Package& package, const model::Distribution& distribution) const = 0;
};

}  // namespace narrows::ecosystems
