#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ecosystems/package_extractor.h"
#include "ecosystems/record_text.h"
#include "ecosystems/rpm/header.h"

namespace narrows::ecosystems::rpm {

// Makes packages of the headers of one file of `file_bytes`. Public keys, which rpm keeps as
// packages of the name "gpg-pubkey", are left out.
class PackageCollector {
 public:
  explicit PackageCollector(size_t file_bytes) : room_(file_bytes) {}

  // A header with the files it owns. kDataLoss when the records together are larger than the file
  // they are from: then they overlap.
  Status AddRecord(std::string_view record);

  // Whether a package was made of it.
  bool Add(const Header& header);

  Complaints& complaints() { return complaints_; }

  // kDataLoss when there were complaints and nothing else.
  Result<PackageExtractor::Extracted> Finish() &&;

 private:
  void AddFiles(std::string_view record);
  void GiveSourcesTheirEpochs();

  size_t room_;
  size_t files_ = 0;
  PackageExtractor::Extracted extracted_;
  Complaints complaints_;
};

}  // namespace narrows::ecosystems::rpm
