// Prints what an extractor finds in files: "FILE<tab>NAME<tab>VERSION" a package,
// "FILE<tab>!<tab>WHY" a status or an error.
//
//     extract_packages PARSER FILE…
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/file.h"
#include "ecosystems/golang/mod_file.h"
#include "ecosystems/golang/program.h"

int main(int argc, char** argv) {
  using Extracted = narrows::ecosystems::PackageExtractor::Extracted;
  using narrows::Result;
  const std::map<std::string_view, std::function<Result<Extracted>(std::string_view)>> parsers = {
      {"go-program", narrows::ecosystems::golang::ParseProgram},
      {"go.mod", narrows::ecosystems::golang::ParseModFile},
  };
  const auto parser = argc > 1 ? parsers.find(argv[1]) : parsers.end();
  if (parser == parsers.end()) {
    std::fputs("usage: extract_packages PARSER FILE...\n", stderr);
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    const Result<std::string> content = narrows::ReadFile(argv[i], size_t{2} << 30);
    const Result<Extracted> extracted =
        content.has_value() ? parser->second(*content) : Result<Extracted>(content.error());
    if (!extracted.has_value()) {
      std::printf("%s\t!\t%s\n", argv[i], extracted.error().message.c_str());
      continue;
    }
    for (const auto& package : extracted->packages)
      std::printf("%s\t%s\t%s\n", argv[i], package.name.c_str(), package.version.c_str());
    for (const std::string& status : extracted->statuses)
      std::printf("%s\t!\t%s\n", argv[i], status.c_str());
  }
  return 0;
}
