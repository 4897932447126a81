#include "advisories/distribution/release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advisories/distribution/release_source.h"

namespace narrows::advisories::distribution {
namespace {

using testing::HasSubstr;

Release MakeRelease() {
  const Blob blob{.digest = DigestOf("a"), .bytes = 10};
  Release release{.format = 3, .database = blob, .compressed = {DigestOf("b"), 5}};
  release.published = TimePoint(Duration(1'700'000'000'000));
  release.deltas = {{DigestOf("c"), {DigestOf("d"), 2}}};
  release.older = {{{DigestOf("c"), 9}, {DigestOf("e"), 4}}};
  return release;
}

TEST(Release, IsReadAsWritten) {
  const auto read = ParseRelease(WriteRelease(MakeRelease()));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, MakeRelease());
}

std::string Replaced(const std::string& from, const std::string& to) {
  std::string text = WriteRelease(MakeRelease());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Release, WhatIsWrongIsNamed) {
  const std::string digest = DigestOf("a");
  const std::string delta = DigestOf("d");
  const std::pair<std::string, std::string> cases[] = {
      {Replaced(digest, "sha256:../../../etc/passwd"), "\"database\""},
      {Replaced(digest, "sha512:" + digest.substr(7)), "\"database\""},
      {Replaced(digest, digest.substr(7)), "\"database\""},
      {Replaced(delta, delta + "/.."), "\"blob\""},
      {Replaced("\"from\":\"sha256:", "\"from\":\"/"), "\"from\""},
      {Replaced("\"bytes\":10", "\"bytes\":-1"), "\"database\""},
      {Replaced("\"bytes\":10", "\"bytes\":0"), "\"database\""},
      {Replaced("\"bytes\":10", "\"bytes\":\"10\""), "\"database\""},
      {Replaced("\"bytes\":10", "\"bytes\":99999999999999"), "limit"},
      {Replaced("\"bytes\":2}", "\"bytes\":999999999999}"), "limit"},
      {Replaced("\"format\":3", "\"format\":0"), "\"format\""},
      {Replaced("\"published\":\"20", "\"published\":\"x"), "\"published\""},
      {Replaced("\"schemaVersion\":1", "\"schemaVersion\":2"), "update Narrows"},
      {Replaced("\"compressed\"", "\"squeezed\""), "\"compressed\""},
      {"[]", "not a JSON object"},
      {"", "release"},
      {std::string(kMostReleaseBytes + 1, ' '), "release"},
  };
  for (const auto& [text, named] : cases) {
    const auto read = ParseRelease(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_THAT(read.error().message, HasSubstr(named)) << text.substr(0, 500);
  }
}

TEST(Release, ListsHaveAnEnd) {
  Release release = MakeRelease();
  release.deltas.resize(kMostDeltas + 1, release.deltas[0]);
  EXPECT_FALSE(ParseRelease(WriteRelease(release)).has_value());
}

TEST(Release, ABlobsNameIsItsDigest) {
  EXPECT_EQ(BlobName(DigestOf("")),
            "blobs/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace narrows::advisories::distribution
