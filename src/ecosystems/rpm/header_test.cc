#include "ecosystems/rpm/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/rpm/databases_testing.h"

namespace narrows::ecosystems::rpm {
namespace {

using testing::ElementsAre;

std::vector<std::string> FilesOf(std::string_view blob) {
  std::vector<std::string> files;
  ForEachFile(blob, [&](std::string_view path) { files.emplace_back(path); });
  return files;
}

TEST(RpmHeader, SaysWhatThePackageIs) {
  const std::string blob = HeaderBuilder()
                               .Entry(63, 7, 16, std::string(16, 'r'))  // the immutable region
                               .Text(1000, "nodejs")
                               .Text(1001, "18.19.0")
                               .Text(1002, "1.module_el8.9.0+3712+a36ca002")
                               .Number(1003, 1)
                               .Entry(1004, 9, 1, std::string("summary\0", 8))
                               .Text(1011, "AlmaLinux")
                               .Text(1022, "x86_64")
                               .Text(1044, "nodejs-18.19.0-1.module_el8.9.0+3712+a36ca002.src.rpm")
                               .Text(5096, "nodejs:18:8090020240112:rhel8")
                               .Build();
  const auto header = ParseHeader(blob);
  ASSERT_TRUE(header.has_value()) << header.error().message;
  EXPECT_EQ(header->name, "nodejs");
  EXPECT_EQ(header->epoch, 1u);
  EXPECT_EQ(header->version, "18.19.0");
  EXPECT_EQ(header->release, "1.module_el8.9.0+3712+a36ca002");
  EXPECT_EQ(header->architecture, "x86_64");
  EXPECT_EQ(header->source_rpm, "nodejs-18.19.0-1.module_el8.9.0+3712+a36ca002.src.rpm");
  EXPECT_EQ(header->vendor, "AlmaLinux");
  EXPECT_EQ(header->modularity_label, "nodejs:18:8090020240112:rhel8");
}

TEST(RpmHeader, TellsNoEpochFromEpochZero) {
  EXPECT_FALSE(ParseHeader(SimpleHeader("a"))->epoch.has_value());
  EXPECT_EQ(ParseHeader(HeaderBuilder().Text(1000, "a").Number(1003, 0).Build())->epoch, 0u);
}

TEST(RpmHeader, TakesTheLaterOfTwoEntries) {
  EXPECT_EQ(ParseHeader(HeaderBuilder().Text(1000, "a").Text(1000, "b").Build())->name, "b");
}

TEST(RpmHeader, ListsFiles) {
  const std::string blob = HeaderBuilder()
                               .Numbers(1116, {1, 0, 1})
                               .Texts(1117, {"bash", "etc", "sh"})
                               .Texts(1118, {"/", "/usr/bin/"})
                               .Build();
  EXPECT_THAT(FilesOf(blob), ElementsAre("/usr/bin/bash", "/etc", "/usr/bin/sh"));
}

TEST(RpmHeader, EndsTheFilesAtDamage) {
  EXPECT_THAT(
      FilesOf(
          HeaderBuilder().Numbers(1116, {0, 7}).Texts(1117, {"a", "b"}).Texts(1118, {"/"}).Build()),
      ElementsAre("/a"));
  EXPECT_THAT(
      FilesOf(
          HeaderBuilder().Numbers(1116, {0}).Texts(1117, {"a", "b"}).Texts(1118, {"/"}).Build()),
      ElementsAre("/a"));
  EXPECT_THAT(FilesOf(HeaderBuilder()
                          .Numbers(1116, {0, 0})
                          .Texts(1118, {"/"})
                          .Entry(1117, 8, 0xffffffff, std::string("a\0b", 3))
                          .Build()),
              ElementsAre("/a"));
  EXPECT_THAT(FilesOf("x"), ElementsAre());
}

TEST(RpmHeader, EndsTheFilesThatAreOutOfProportion) {
  // Each byte of names would be a path of 4000.
  std::vector<std::string> names(20'000, "");
  const std::string blob = HeaderBuilder()
                               .Numbers(1116, std::vector<uint32_t>(names.size(), 0))
                               .Texts(1117, names)
                               .Texts(1118, {"/" + std::string(4000, 'd')})
                               .Build();
  EXPECT_LT(FilesOf(blob).size(), 200u);
}

TEST(RpmHeader, LeavesDamagedEntriesOut) {
  const auto of = [](uint32_t type, uint32_t count, std::string_view data) {
    const std::string blob = HeaderBuilder().Text(1001, "1").Entry(1000, type, count, data).Build();
    const auto header = ParseHeader(blob);
    return header.has_value() ? std::string(header->name) : "(none)";
  };
  EXPECT_EQ(of(6, 1, std::string("a\0", 2)), "a");
  EXPECT_EQ(of(6, 1, "unended"), "");
  EXPECT_EQ(of(6, 0, std::string("a\0", 2)), "");
  EXPECT_EQ(of(6, 1, ""), "");  // where the data ends
  EXPECT_EQ(of(4, 1, std::string("a\0bc", 4)), "");
  EXPECT_EQ(of(6, 1, std::string(100'000, 'a') + '\0'), "");
  const std::string beyond =
      Big32(1) + Big32(4) + Big32(1003) + Big32(4) + Big32(2) + Big32(1) + std::string(4, '\0');
  EXPECT_FALSE(ParseHeader(beyond)->epoch.has_value());
}

TEST(RpmHeader, RefusesADamagedFrame) {
  const std::string whole = SimpleHeader("bash");
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(ParseHeader(whole.substr(0, size)).has_value()) << size;
  EXPECT_TRUE(ParseHeader(whole).has_value());
  EXPECT_FALSE(ParseHeader(Big32(0) + Big32(0)).has_value());
  EXPECT_FALSE(ParseHeader(Big32(0x10000) + Big32(0) + std::string(16u << 16, '\0')).has_value());
  EXPECT_FALSE(ParseHeader(Big32(0xffffffff) + Big32(0xffffffff) + whole).has_value());
}

}  // namespace
}  // namespace narrows::ecosystems::rpm
