#include "ecosystems/cargo/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::cargo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Zlib(const std::string& text) {
  std::string packed(text.size() + 1024, '\0');
  isal_zstream stream{};
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_ZLIB;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uint32_t>(text.size());
  stream.next_out = reinterpret_cast<uint8_t*>(packed.data());
  stream.avail_out = static_cast<uint32_t>(packed.size());
  isal_deflate_stateless(&stream);
  packed.resize(stream.total_out);
  return packed;
}

std::string Number(uint64_t value, size_t width) {
  std::string text;
  for (size_t i = 0; i < width; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

// A PE file with one section.
std::string ProgramWith(const std::string& section) {
  constexpr size_t kHeaders = 64 + 24 + 32;
  return "MZ" + std::string(58, '\0') + Number(64, 4) + std::string("PE\0\0", 4) +
         Number(0x8664, 2) + Number(1, 2) + std::string(12, '\0') + Number(32, 2) + Number(0, 2) +
         Number(0x20b, 2) + std::string(30, '\0') + std::string(".dep-v0\0", 8) +
         Number(section.size(), 4) + Number(0x1000, 4) + Number(section.size(), 4) +
         Number(kHeaders + 40, 4) + std::string(12, '\0') + Number(0x40000040, 4) + section;
}

TEST(RustProgram, ListsTheCratesThatRun) {
  const auto extracted = ParseProgram(ProgramWith(Zlib(R"({"packages": [
      {"name": "app", "version": "0.1.0", "source": "local", "root": true},
      {"name": "serde", "version": "1.0.190", "source": "crates.io", "dependencies": [0]},
      {"name": "cc", "version": "1.0.83", "source": "crates.io", "kind": "build"},
      {"name": "a b", "version": "1.0.0", "source": "crates.io"}]})")));
  EXPECT_THAT(Listed(extracted), ElementsAre("app 0.1.0", "serde 1.0.190"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'a b'")));
}

TEST(RustProgram, OfAnotherLanguageHasNothing) {
  EXPECT_THAT(Listed(ParseProgram("")), IsEmpty());
  EXPECT_THAT(Listed(ParseProgram("\x7f"
                                  "ELF")),
              IsEmpty());
}

TEST(RustProgram, SaysWhenItsAuditDataAreDamaged) {
  const std::string packed = Zlib(R"({"packages": []})");
  for (const std::string& section :
       {std::string("x"), packed.substr(0, packed.size() - 6), Zlib("{"), Zlib("[]")})
    EXPECT_THAT(Listed(ParseProgram(ProgramWith(section))), ElementsAre(HasSubstr("audit data")));
}

TEST(CargoLock, ListsCratesThatHaveASource) {
  const auto extracted = ParseCargoLock(R"(# generated
version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "serde",
]

[[package]]
name = "serde"
version = "1.0.190"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"

[[package]]
name = "a b"
version = "1.0.0"
source = "git+https://example.org/a#00"

[metadata]
"checksum serde" = "00"
)");
  EXPECT_THAT(Listed(extracted), ElementsAre("serde 1.0.190"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'a b'")));
  EXPECT_THAT(Listed(ParseCargoLock("version = 3\n")), IsEmpty());
  EXPECT_FALSE(ParseCargoLock("").has_value());
  EXPECT_FALSE(ParseCargoLock("hello").has_value());
}

TEST(CargoExtractors, TakeProgramsAndTheProjectsLockFile) {
  const auto extractors = MakeCargoExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->ClaimsExecutables());
  EXPECT_TRUE(extractors[1]->Claims("app/Cargo.lock"));
  EXPECT_FALSE(extractors[1]->Claims("root/.cargo/registry/src/x/a-1.0/Cargo.lock"));
  model::Package package{.name = "serde", .version = "1.0.190"};
  extractors[1]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "crates.io");
  EXPECT_EQ(package.purl, "pkg:cargo/serde@1.0.190");
}

}  // namespace
}  // namespace narrows::ecosystems::cargo
