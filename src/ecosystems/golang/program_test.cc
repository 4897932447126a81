#include "ecosystems/golang/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "ecosystems/executable.h"
#include "ecosystems/golang/modules.h"
#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::golang {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kModules =
    "path\texample.org/app\n"
    "mod\texample.org/app\tv1.4.0\t\n"
    "dep\tgolang.org/x/net\tv0.17.0\th1:pVaXccu2ozPjCXewfr1S7xza/zcXTity9cCdXQYSjIM=\n"
    "dep\texample.org/old\tv1.0.0\n"
    "=>\texample.org/new\tv1.0.1\th1:abc=\n"
    "dep\texample.org/local\tv0.0.0\n"
    "=>\t./local\t(devel)\n"
    "build\t-compiler=gc\n";

// Writes a program that has nothing but build information.
class ProgramWriter {
 public:
  ProgramWriter(bool wide, bool big_endian) : wide_(wide), big_endian_(big_endian) {}

  // An ELF file whose section table, where there is one, has a section of this name.
  std::string Elf(std::string_view section, const std::string& data) const {
    const size_t header = wide_ ? 64 : 52;
    const size_t segment = wide_ ? 56 : 32;
    const size_t start = header + segment;
    std::string names("\0.shstrtab\0", 11);
    names += section;
    names += '\0';
    const size_t table = start + data.size() + names.size();
    std::string file =
        "\x7f"
        "ELF";
    file += static_cast<char>(wide_ ? 2 : 1);
    file += static_cast<char>(big_endian_ ? 2 : 1);
    file.resize(16, '\0');
    file += Half(2) + Half(62) + Number(1, 4) + Word(0) + Word(header) +
            Word(section.empty() ? 0 : table) + Number(0, 4) + Half(header) + Half(segment) +
            Half(1) + Half(wide_ ? 64 : 40) + Half(section.empty() ? 0 : 3) + Half(2);
    file += wide_ ? Number(1, 4) + Number(6, 4) + Word(start) + Word(kAddress) + Word(0) +
                        Word(data.size()) + Word(data.size()) + Word(16)
                  : Number(1, 4) + Word(start) + Word(kAddress) + Word(0) + Word(data.size()) +
                        Word(data.size()) + Number(6, 4) + Word(16);
    file += data + names;
    if (section.empty()) return file;
    file += SectionEntry(0, 0, 0, 0) + SectionEntry(11, kAddress, start, data.size()) +
            SectionEntry(1, 0, start + data.size(), names.size());
    return file;
  }

  std::string Inline(const std::string& version, const std::string& modules) const {
    std::string data = Magic(2);
    data.resize(32, '\0');
    return data + Length(version.size()) + version + Length(modules.size()) + modules;
  }

  std::string Pointers(const std::string& version, const std::string& modules) const {
    std::string data = Magic(big_endian_ ? 1 : 0);
    const size_t word = wide_ ? 8 : 4;
    const size_t texts = 32 + 4 * word;
    data += Word(kAddress + 32) + Word(kAddress + 32 + 2 * word);
    data.resize(32, '\0');
    data += Word(kAddress + texts) + Word(version.size()) +
            Word(kAddress + texts + version.size()) + Word(modules.size());
    return data + version + modules;
  }

 private:
  static constexpr uint64_t kAddress = 0x400000;

  std::string Number(uint64_t value, size_t width) const {
    std::string text(width, '\0');
    for (size_t i = 0; i < width; ++i)
      text[big_endian_ ? width - 1 - i : i] = static_cast<char>(value >> (8 * i) & 0xff);
    return text;
  }
  std::string Half(uint64_t value) const { return Number(value, 2); }
  std::string Word(uint64_t value) const { return Number(value, wide_ ? 8 : 4); }
  std::string SectionEntry(uint64_t name, uint64_t address, uint64_t start, uint64_t size) const {
    return Number(name, 4) + Number(1, 4) + Word(3) + Word(address) + Word(start) + Word(size) +
           Number(0, 8) + Word(1) + Word(0);
  }
  std::string Magic(char flags) const {
    return std::string("\xff Go buildinf:") + static_cast<char>(wide_ ? 8 : 4) + flags;
  }
  static std::string Length(size_t value) {
    std::string text;
    for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7f) | 0x80);
    return text + static_cast<char>(value);
  }

  const bool wide_;
  const bool big_endian_;
};

std::string Framed(const std::string& modules) {
  return std::string(16, 'a') + modules + std::string(16, 'z');
}

const auto kAll = ElementsAre("stdlib 1.22.5", "example.org/app v1.4.0", "golang.org/x/net v0.17.0",
                              "example.org/new v1.0.1");

class GoProgramLayouts : public ::testing::TestWithParam<std::tuple<bool, bool, const char*>> {};

TEST_P(GoProgramLayouts, AreRead) {
  const auto [wide, big_endian, section] = GetParam();
  const ProgramWriter writer(wide, big_endian);
  for (const std::string& data : {writer.Inline("go1.22.5", Framed(kModules)),
                                  writer.Pointers("go1.22.5", Framed(kModules))}) {
    const auto extracted = ParseProgram(writer.Elf(section, data));
    EXPECT_THAT(Listed(extracted), kAll);
    EXPECT_THAT(extracted->statuses, IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Elf, GoProgramLayouts,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool(),
                                            ::testing::Values(".go.buildinfo", "")));

TEST(GoProgram, OfAnotherLanguageHasNothing) {
  const ProgramWriter writer(true, false);
  const auto extracted = ParseProgram(writer.Elf(".data", std::string(4096, 'x')));
  EXPECT_THAT(Listed(extracted), IsEmpty());
  EXPECT_THAT(extracted->statuses, IsEmpty());
  EXPECT_THAT(Listed(ParseProgram("#!/bin/sh\n")), IsEmpty());
  EXPECT_THAT(Listed(ParseProgram("")), IsEmpty());
}

TEST(GoProgram, SaysWhatHidesItsModules) {
  const ProgramWriter writer(true, false);
  EXPECT_THAT(ParseProgram(writer.Elf("", "UPX!" + std::string(100, 'x')))->statuses,
              ElementsAre(HasSubstr("packed by UPX")));
  EXPECT_THAT(ParseProgram(writer.Elf(".gopclntab", std::string(100, 'x')))->statuses,
              ElementsAre(HasSubstr("without build information")));
  const auto without = ParseProgram(writer.Elf("", writer.Inline("go1.22.5", "")));
  EXPECT_THAT(Listed(without), ElementsAre("stdlib 1.22.5"));
  EXPECT_THAT(without->statuses, ElementsAre(HasSubstr("without modules")));
}

TEST(GoProgram, NamesDamagedBuildInformation) {
  const ProgramWriter writer(true, false);
  const std::string whole = writer.Inline("go1.22.5", Framed(kModules));
  const auto cut = ParseProgram(writer.Elf("", whole.substr(0, whole.size() - 40)));
  ASSERT_FALSE(cut.has_value());
  EXPECT_EQ(cut.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(cut.error().message, HasSubstr("Go build information"));
  std::string odd = writer.Pointers("go1.22.5", Framed(kModules));
  odd[14] = 3;
  EXPECT_THAT(ParseProgram(writer.Elf("", odd)).error().message, HasSubstr("pointers"));
  const auto unusable =
      ParseProgram(writer.Elf("", writer.Inline("go1.22.5", Framed("dep\ta b\tv1\n"))));
  EXPECT_THAT(unusable->statuses, ElementsAre(HasSubstr("'a b'")));
}

// Whatever byte is wrong or missing, nothing outside the file is read (the sanitizers watch).
// Whatever was read of damaged bytes can be worked with.
void ExpectUsable(const Result<PackageExtractor::Extracted>& extracted) {
  if (!extracted.has_value()) {
    EXPECT_FALSE(extracted.error().message.empty());
    return;
  }
  for (const model::Package& package : extracted->packages) {
    EXPECT_FALSE(package.name.empty());
    EXPECT_FALSE(package.version.empty()) << package.name;
  }
}

TEST(GoProgram, SurvivesEveryCutAndEveryDamagedByte) {
  for (const bool wide : {false, true}) {
    const ProgramWriter writer(wide, wide);
    for (const std::string& data : {writer.Inline("go1.22.5", Framed(kModules)),
                                    writer.Pointers("go1.22.5", Framed(kModules))}) {
      const std::string file = writer.Elf(".go.buildinfo", data);
      for (size_t i = 0; i < file.size(); ++i) {
        const std::string cut(file.substr(0, i));
        ExpectUsable(ParseProgram(cut));
        std::string damaged = file;
        damaged[i] = static_cast<char>(~damaged[i]);
        ExpectUsable(ParseProgram(damaged));
      }
    }
  }
}

TEST(GoStandardLibrary, VersionsAreThoseOfTheVulnerabilityDatabase) {
  EXPECT_EQ(StandardLibraryVersion("go1.22.5"), "1.22.5");
  EXPECT_EQ(StandardLibraryVersion("go1.20"), "1.20.0");
  EXPECT_EQ(StandardLibraryVersion("go1.21rc2"), "1.21.0-rc.2");
  EXPECT_EQ(StandardLibraryVersion("go1.22.5 X:boringcrypto"), "1.22.5");
  EXPECT_EQ(StandardLibraryVersion("go1.20.12-fips"), "1.20.12");
  EXPECT_EQ(StandardLibraryVersion("devel go1.27-abcdef"), std::nullopt);
  EXPECT_EQ(StandardLibraryVersion("go"), std::nullopt);
  EXPECT_EQ(StandardLibraryVersion(""), std::nullopt);
}

TEST(GoModule, IsCompletedWithItsPurl) {
  model::Package package{.name = "github.com/Azure/go-autorest/v14",
                         .version = "v14.2.0+incompatible"};
  CompleteModule(package);
  EXPECT_EQ(package.ecosystem, "Go");
  EXPECT_EQ(package.purl, "pkg:golang/github.com/azure/go-autorest/v14@v14.2.0%2Bincompatible");
  package = {.name = "stdlib", .version = "1.22.5"};
  CompleteModule(package);
  EXPECT_EQ(package.purl, "pkg:golang/stdlib@1.22.5");
}

}  // namespace
}  // namespace narrows::ecosystems::golang
