#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ecosystems/package_extractor.h"
#include "ecosystems/record_text.h"
#include "model/package.h"

namespace narrows::ecosystems {

// What is particular to one kind of a language's files. They may lie anywhere.
struct LanguageFormat {
  std::string_view name;  // of the extractor
  int version = 1;
  model::Evidence evidence = model::Evidence::kInstalled;
  size_t most_bytes = 0;
  bool (*claims)(std::string_view path) = nullptr;
  bool executables = false;  // it takes these besides
  Result<PackageExtractor::Extracted> (*parse)(std::string_view path,
                                               std::string_view content) = nullptr;
  void (*complete)(model::Package& package) = nullptr;  // sets ecosystem and purl
};

// An extractor of such files. A package that a file names more than once is given once.
std::unique_ptr<PackageExtractor> MakeLanguageExtractor(const LanguageFormat& format);

// A package of a language's registry: such packages are built from no other source.
model::Package LanguagePackage(std::string name, std::string version);

// Adds the package that a file has an entry of. One whose name or version cannot stand is named in
// the complaints, as "WHAT without …"; of those past 50,000 it is only said that there are some.
void AddLanguagePackage(std::string_view what, std::string_view name, std::string_view version,
                        PackageExtractor::Extracted& extracted, Complaints& complaints);

// What is behind the last "/".
std::string_view FileName(std::string_view path);

// Whether a folder of that name is on the way to the file.
bool IsBelow(std::string_view path, std::string_view folder);

}  // namespace narrows::ecosystems
