// The packages of the sample images, against what the package manager in the image itself says
// (lab/images/README.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "ecosystems/alpine/apk_extractor.h"
#include "ecosystems/debian/dpkg_extractor.h"
#include "ecosystems/rpm/rpm_extractor.h"
#include "inventory/image/image_analyser.h"
#include "registry/archive_source.h"

namespace narrows {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* archive;
  const char* truth;
  const char* distribution;
  size_t least;  // that a truth of nothing be no success
};

fs::path Images() {
  const auto cache = UserCacheDir();
  return cache.has_value() ? *cache / "lab" / "images" : fs::path();
}

// "name version architecture source source-version".
using Lines = std::multiset<std::string>;

Lines ReadTruth(const fs::path& file) {
  Lines lines;
  const auto text = ReadFile(file, 16 << 20);
  if (!text.has_value()) return lines;
  const bool is_apk = file.string().ends_with(".apk.tsv");
  for (const std::string_view line : Split(*text, '\n')) {
    const std::vector<std::string_view> field = Split(line, '\t');
    if (field.size() < 4) continue;
    if (field.size() > 5 && (field[5] == "config-files" || field[5] == "not-installed")) continue;
    // dpkg-query writes "libc6:amd64" where packages of several architectures may stand together.
    std::string text_line(field[0].substr(0, field[0].find(':')));
    for (size_t i = 1; i < 4; ++i) text_line += " " + std::string(field[i]);
    lines.insert(text_line + " " + std::string(is_apk ? field[1] : field[4]));
  }
  return lines;
}

class ImagePackages : public ::testing::TestWithParam<Case> {};

TEST_P(ImagePackages, AreThoseThatThePackageManagerNames) {
  const fs::path archive = Images() / "archives" / GetParam().archive;
  if (!fs::exists(archive)) GTEST_SKIP() << "run lab/images/build first: there is no " << archive;
  const auto dpkg = ecosystems::debian::MakeDpkgExtractor();
  const auto apk = ecosystems::alpine::MakeApkExtractor();
  const auto rpm = ecosystems::rpm::MakeRpmExtractor();
  const auto source = registry::MakeArchiveSource({archive, ""});
  ASSERT_TRUE(source.has_value()) << source.error().message;
  const auto analysis = inventory::image::Analyse(
      **source, {}, {.extractors = {dpkg.get(), apk.get(), rpm.get()}}, {});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_TRUE(analysis->complete) << analysis->statuses.front();

  Lines found;
  std::set<std::string> layers;
  for (const model::Layer& layer : analysis->layers) layers.insert(layer.diff_id);
  for (const model::Package& package : analysis->packages) {
    found.insert(package.name + " " + package.version + " " + package.architecture + " " +
                 package.source_name + " " + package.source_version);
    EXPECT_EQ(layers.count(package.layer), 1u) << package.name;
    EXPECT_NE(package.purl.find("distro=" + std::string(GetParam().distribution)),
              std::string::npos)
        << package.purl;
  }
  EXPECT_EQ(found, ReadTruth(Images() / "truth" / GetParam().truth));
  EXPECT_GE(found.size(), GetParam().least);
  EXPECT_EQ(analysis->has_package_database, GetParam().least > 0);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, ImagePackages,
    ::testing::Values(Case{"debian-12.oci", "debian-12.dpkg.tsv", "debian-12", 80},
                      Case{"debian-11.oci", "debian-11.dpkg.tsv", "debian-11", 80},
                      Case{"debian-12-old.oci", "debian-12-old.dpkg.tsv", "debian-12", 80},
                      Case{"debian-12-old.oci.tar", "debian-12-old.dpkg.tsv", "debian-12", 80},
                      Case{"debian-12-old.docker.tar", "debian-12-old.dpkg.tsv", "debian-12", 80},
                      Case{"debian-12-layers.oci", "debian-12-layers.dpkg.tsv", "debian-12", 80},
                      Case{"distroless.oci", "distroless.dpkg.tsv", "debian-12", 3},
                      Case{"alpine.oci", "alpine.apk.tsv", "alpine-3.18", 3},
                      Case{"almalinux.oci", "almalinux.rpm.tsv", "almalinux-8.10", 40},
                      Case{"scratch.oci", "", "", 0}),
    [](const auto& sample) {
      std::string name = sample.param.archive;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
      return name;
    });

}  // namespace
}  // namespace narrows
