// Prints what the extractors of languages find in files: "FILE<tab>NAME<tab>VERSION" a package,
// "FILE<tab>!<tab>WHY" a status or an error. Files that no extractor claims are passed over.
//
//     extract_packages EVIDENCE FILE…      evidence: installed, executable or lockFile
//
// A file "-" stands for those that standard input names, a line each.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "ecosystems/catalogue/every_extractor.h"
#include "ecosystems/executable.h"

namespace {

using Extractors = std::vector<std::unique_ptr<const narrows::ecosystems::PackageExtractor>>;

// As the extractors have it: without "/" before it, "a/./b" as it would be in an image.
std::string Normalised(std::string_view file) {
  while (file.starts_with('/') || file.starts_with("./")) file.remove_prefix(1);
  return std::string(file);
}

void Print(const std::string& file, std::string_view evidence, const Extractors& extractors) {
  const std::string path = Normalised(file);
  std::string content;
  for (const auto& extractor : extractors) {
    if (!extractor->Claims(path) && !extractor->ClaimsExecutables()) continue;
    if (content.empty()) {
      narrows::Result<std::string> read = narrows::ReadFile(file, extractor->MostBytes());
      if (!read.has_value()) {
        std::printf("%s\t!\t%s\n", file.c_str(), read.error().message.c_str());
        return;
      }
      content = *std::move(read);
    }
    if (!extractor->Claims(path) && !narrows::ecosystems::IsExecutable(content)) continue;
    const auto extracted = extractor->Extract(path, content);
    if (!extracted.has_value()) {
      std::printf("%s\t!\t%s\n", file.c_str(), extracted.error().message.c_str());
      continue;
    }
    for (const auto& package : extracted->packages) {
      if (ToString(package.evidence) == evidence)
        std::printf("%s\t%s\t%s\n", file.c_str(), package.name.c_str(), package.version.c_str());
    }
    for (const std::string& status : extracted->statuses)
      std::printf("%s\t!\t%s\n", file.c_str(), status.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: extract_packages EVIDENCE FILE...\n", stderr);
    return 2;
  }
  const Extractors extractors = narrows::ecosystems::catalogue::EveryExtractor();
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) != "-") {
      Print(argv[i], argv[1], extractors);
      continue;
    }
    for (std::string line; std::getline(std::cin, line);) Print(line, argv[1], extractors);
  }
  return 0;
}
