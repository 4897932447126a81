// bench_image_packages IMAGE: the packages of an image, one a line (name, version, architecture),
// without a cache of layers.
#include <cstdio>

#include "ecosystems/alpine/apk_extractor.h"
#include "ecosystems/debian/dpkg_extractor.h"
#include "image_argument.h"
#include "inventory/image/image_analyser.h"

namespace narrows::bench {
namespace {

Result<model::ImageAnalysis> Run(const std::string& argument) {
  const auto dpkg = ecosystems::debian::MakeDpkgExtractor();
  const auto apk = ecosystems::alpine::MakeApkExtractor();
  ASSIGN_OR_RETURN(const auto source, OpenImage(argument));
  return inventory::image::Analyse(*source, {}, {.extractors = {dpkg.get(), apk.get()}}, {});
}

}  // namespace
}  // namespace narrows::bench

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  const auto analysis = narrows::bench::Run(argv[1]);
  if (!analysis.has_value()) {
    std::fprintf(stderr, "%s: %s\n", argv[1], analysis.error().message.c_str());
    return 1;
  }
  for (const auto& package : analysis->packages) {
    std::printf("%s\t%s\t%s\n", package.name.c_str(), package.version.c_str(),
                package.architecture.c_str());
  }
  for (const auto& status : analysis->statuses) std::fprintf(stderr, "%s\n", status.c_str());
  return analysis->complete ? 0 : 1;
}
