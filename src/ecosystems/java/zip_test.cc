#include "ecosystems/java/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ecosystems/java/zip_testing.h"

namespace narrows::ecosystems::java {
namespace {

using ::testing::HasSubstr;

std::string ReadAll(std::string_view content, size_t most = 1'000'000) {
  const auto zip = ZipArchive::Open(content);
  if (!zip.has_value()) return "! " + zip.error().message;
  if (!*zip) return "none";
  std::string text;
  const Status status = (*zip)->ForEach([&](const ZipEntry& entry) -> Result<bool> {
    const Result<std::string> read = (*zip)->Read(entry, most);
    text += std::string(entry.name) + "=" + (read.has_value() ? *read : read.error().message) + ";";
    return true;
  });
  return status.has_value() ? text : text + "! " + status.error().message;
}

TEST(Zip, ReadsStoredAndDeflatedEntries) {
  const std::string file =
      ZipWriter().Stored("a", "hello").Deflated("b", "").Deflated("c/d", "world").Finish();
  EXPECT_EQ(ReadAll(file), "a=hello;b=;c/d=world;");
  EXPECT_EQ(ReadAll(ZipWriter().Stored("a", "hello").Finish("a comment")), "a=hello;");
  EXPECT_EQ(ReadAll(ZipWriter().Finish()), "");
  const std::string large(300'000, 'x');
  EXPECT_EQ(ReadAll(ZipWriter().Deflated("a", large).Finish()), "a=" + large + ";");
}

TEST(Zip, MayHaveBytesBeforeIt) {
  EXPECT_EQ(ReadAll("#!/bin/sh\nexec java\n" + ZipWriter().Deflated("a", "hello").Finish()),
            "a=hello;");
}

TEST(Zip, MayHaveAnEndRecordOf64Bits) {
  EXPECT_EQ(ReadAll(ZipWriter().Deflated("a", "hello").Finish64()), "a=hello;");
  EXPECT_EQ(ReadAll("prefix" + ZipWriter().Deflated("a", "hello").Finish64()), "a=hello;");
}

TEST(Zip, OfOtherBytesIsNone) {
  EXPECT_EQ(ReadAll(""), "none");
  EXPECT_EQ(ReadAll(std::string(100'000, 'x')), "none");
}

TEST(Zip, SaysWhatIsDamagedOrTooLarge) {
  const std::string file = ZipWriter().Deflated("a", std::string(1000, 'x')).Finish();
  EXPECT_THAT(ReadAll(file.substr(0, file.size() - 30)), HasSubstr("directory is missing"));
  EXPECT_THAT(ReadAll(file, 999), HasSubstr("limit of 999"));
  std::string wrong = file;
  wrong[14] = static_cast<char>(~wrong[14]);  // only the directory's checksum counts
  EXPECT_THAT(ReadAll(wrong), HasSubstr("xxx"));
  wrong[file.find("PK\1\2") + 16] = static_cast<char>(~wrong[file.find("PK\1\2") + 16]);
  EXPECT_THAT(ReadAll(wrong), HasSubstr("checksum"));
}

// It must not give more than the entry claims, nor read outside of the file (the sanitizers watch).
TEST(Zip, SurvivesEveryCutAndEveryDamagedByte) {
  const std::string file = ZipWriter().Stored("a", "hello").Deflated("b", "world").Finish64();
  for (size_t i = 0; i < file.size(); ++i) {
    const std::string cut = file.substr(0, i);
    EXPECT_LE(ReadAll(cut).size(), 2000u);
    std::string damaged = file;
    damaged[i] = static_cast<char>(~damaged[i]);
    EXPECT_LE(ReadAll(damaged).size(), 2000u);
  }
}

}  // namespace
}  // namespace narrows::ecosystems::java
