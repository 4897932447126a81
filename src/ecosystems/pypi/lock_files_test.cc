#include "ecosystems/pypi/lock_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::pypi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Requirements, ArePackagesWhereTheyArePinned) {
  const auto extracted = ParseRequirements(
      "# a comment\n-r other.txt\n--index-url https://example.org/\n\n"
      "a==1.0\nB.c_d [x,y] === 2.0 ; python_version < \"3\"  # why\r\n"
      "e == 3.0,!=3.1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
      "f>=1.0\ng\nh==1.*\ni @ https://example.org/i.whl\nj>1,==2\nk (==4.0)\n./own\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("a 1.0", "B.c_d 2.0", "e 3.0", "j 2", "k 4.0"));
  EXPECT_THAT(extracted->statuses, IsEmpty());
}

TEST(Requirements, AreNotMadeOfOtherLines) {
  const auto extracted = ParseRequirements(
      "==1.0\nwe say a == b and c\na==1 0\nb==${VERSION}\nc=={{ c }}\nd==1\n\xff==1\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("d 1"));
  EXPECT_THAT(extracted->statuses, IsEmpty());
  EXPECT_THAT(Listed(ParseRequirements("a==\\\n1\\")), ElementsAre("a 1"));
  EXPECT_THAT(Listed(ParseRequirements(std::string(1'000'000, '\\'))), IsEmpty());
}

TEST(PipfileLock, ListsTheDefaultPackages) {
  EXPECT_THAT(Listed(ParsePipfileLock(
                  R"({"_meta": {}, "default": {"a": {"version": "==1.0"}, "b": {"path": "."}},
                      "develop": {"c": {"version": "==2.0"}}})")),
              ElementsAre("a 1.0"));
}

TEST(PoetryLock, LeavesOutGroupsForDevelopmentAndFolders) {
  const auto extracted = ParseTomlLock(R"(# generated
[[package]]
name = "a"
version = "1.0"
description = "version = \"9\""
optional = false
groups = ["main", "dev"]
files = [
    {file = "a-1.0.whl", hash = "sha256:00"},
]

[package.dependencies]
name = ">=2"
version = {version = "1", markers = "x"}

[[package]]
name = "b"
version = "2.0"
groups = ["dev"]

[[package]]
name = "c"
version = "3.0"
category = "dev"

[[package]]
name = "own"
version = "4.0"
groups = ["main"]

[package.source]
type = "directory"
url = "../own"

[[package]]
name = "d"
version = "5.0"

[metadata]
lock-version = "2.1"
name = "no"
version = "no"
)");
  EXPECT_THAT(Listed(extracted), ElementsAre("a 1.0", "d 5.0"));
  EXPECT_THAT(extracted->statuses, IsEmpty());
}

TEST(UvLock, LeavesOutTheProject) {
  EXPECT_THAT(Listed(ParseTomlLock(R"(version = 1
requires-python = ">=3.12"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "a" }]

[package.metadata]
requires-dist = [{ name = "a", specifier = ">=1" }]

[[package]]
name = "own"
version = "0.1.0"
source = { editable = "own" }

[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
wheels = [
    { url = "https://example.org/a.whl", hash = "sha256:00", size = 1 },
]
)")),
              ElementsAre("a 1.0"));
}

TEST(PdmLock, ListsTheDefaultGroup) {
  EXPECT_THAT(Listed(ParseTomlLock("[metadata]\ngroups = [\"default\", \"dev\"]\n"
                                   "lock_version = \"4.5.0\"\n[[package]]\nname = \"a\"\n"
                                   "version = \"1.0\"\ngroups = [\"default\"]\n[[package]]\n"
                                   "name = \"b\"\nversion = \"2.0\"\ngroups = [\"dev\"]\n")),
              ElementsAre("a 1.0"));
}

TEST(Pylock, ListsPackagesThatHaveVersions) {
  EXPECT_THAT(Listed(ParseTomlLock("lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\n"
                                   "name = 'a'\nversion = '1.0'\nsdist = {name = 'n'}\n"
                                   "[[packages.wheels]]\nname = 'a.whl'\n[[packages]]\nname = 'b'\n"
                                   "version = '2.0'\n[packages.directory]\npath = '.'\n"
                                   "[[packages]]\nname = 'c'\n[packages.vcs]\ntype = 'git'\n")),
              ElementsAre("a 1.0"));
}

TEST(PythonLockFiles, RefuseOtherTextsAndNameWhatCannotBe) {
  for (const char* text : {"", "hello", "[a]\nb = 1\n", "\xff"}) {
    EXPECT_FALSE(ParseTomlLock(text).has_value()) << text;
    EXPECT_FALSE(ParsePipfileLock(text).has_value()) << text;
  }
  EXPECT_THAT(Listed(ParseTomlLock("version = 1\n")), IsEmpty());
  EXPECT_THAT(ParseTomlLock("[[package]]\nname = \"a b\"\nversion = \"1\"\n")->statuses,
              ElementsAre(HasSubstr("'a b'")));
}

}  // namespace
}  // namespace narrows::ecosystems::pypi
