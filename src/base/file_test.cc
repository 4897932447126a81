#include "base/file.h"

#include <gtest/gtest.h>

namespace narrows {
namespace {

TEST(Files, WriteThenReadGivesTheSameBytes) {
  Result<ScopedTempDir> dir = ScopedTempDir::Create();
  ASSERT_TRUE(dir.has_value());
  const auto path = dir->path() / "f";
  const std::string content("a\0b", 3);
  ASSERT_TRUE(WriteFileAtomically(path, content).has_value());
  EXPECT_EQ(*ReadFile(path, 10), content);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir->path()), {}), 1);
}

TEST(Files, ReadNamesTheMissingFileAndTheLimit) {
  Result<ScopedTempDir> dir = ScopedTempDir::Create();
  ASSERT_TRUE(dir.has_value());
  const auto path = dir->path() / "f";
  const Result<std::string> missing = ReadFile(path, 10);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find(path.string()), std::string::npos);
  ASSERT_TRUE(WriteFileAtomically(path, "12345678901").has_value());
  EXPECT_EQ(ReadFile(path, 10).error().code, ErrorCode::kResourceExhausted);
}

TEST(Files, TempDirVanishes) {
  std::filesystem::path path;
  {
    Result<ScopedTempDir> dir = ScopedTempDir::Create();
    path = dir->path();
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace narrows
