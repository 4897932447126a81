#include "registry/tar_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "registry/test_tar.h"

namespace narrows::registry {
namespace {

struct Seen {
  std::string path, link, content;
  TarType type;
  uint64_t size;
};

class Collector final : public TarVisitor {
 public:
  Result<bool> OnEntry(const TarEntry& entry) override {
    seen.push_back({std::string(entry.path), std::string(entry.link), "", entry.type, entry.size});
    return want;
  }
  Status OnContent(std::string_view piece) override {
    seen.back().content += piece;
    return Ok();
  }
  Status OnEnd() override {
    ++ended;
    return Ok();
  }

  std::vector<Seen> seen;
  bool want = true;
  int ended = 0;
};

Result<std::vector<Seen>> Read(std::string_view archive, size_t piece = 1 << 20,
                               const TarLimits& limits = {}) {
  Collector collector;
  TarReader reader(collector, limits);
  while (!archive.empty()) {
    RETURN_IF_ERROR(reader.Push(archive.substr(0, piece)));
    archive.remove_prefix(std::min(piece, archive.size()));
  }
  RETURN_IF_ERROR(reader.Finish());
  return collector.seen;
}

std::string Base256(uint64_t value) {
  std::string field(12, '\0');
  field[0] = '\x80';
  for (size_t i = 11; value > 0; --i, value >>= 8) field[i] = static_cast<char>(value & 0xff);
  return field;
}

TEST(TarReader, GivesEntriesWhateverThePieces) {
  const std::string archive = TestTar()
                                  .Directory("etc/")
                                  .File("etc/hostname", "box\n")
                                  .File("etc/empty", "")
                                  .File("etc/block", std::string(512, 'b'))
                                  .Symlink("lib", "usr/lib")
                                  .HardLink("etc/other", "etc/hostname")
                                  .Finish();
  for (const size_t piece : {size_t{1}, size_t{511}, size_t{513}, size_t{1} << 20}) {
    const auto seen = Read(archive, piece);
    ASSERT_TRUE(seen.has_value()) << seen.error().message;
    ASSERT_EQ(seen->size(), 6u);
    EXPECT_EQ((*seen)[0].type, TarType::kDirectory);
    EXPECT_EQ((*seen)[1].content, "box\n");
    EXPECT_EQ((*seen)[2].content, "");
    EXPECT_EQ((*seen)[3].content, std::string(512, 'b'));
    EXPECT_EQ((*seen)[4].link, "usr/lib");
    EXPECT_EQ((*seen)[5].type, TarType::kHardLink);
  }
}

TEST(TarReader, TakesNamesFromUstarPrefixPaxAndGnu) {
  std::string header = TestTar::Header('0', "name", "", 0);
  header.replace(345, 6, "prefix");
  const std::string deep(300, 'd');
  const auto seen = Read(TestTar()
                             .Raw(TestTar::Sealed(header))
                             .Pax({"path", deep, "linkpath", "far/" + deep})
                             .Symlink("short", "short")
                             .Entry('L', "././@LongLink", "", deep + '\0')
                             .Entry('K', "././@LongLink", "", "k" + deep + '\0')
                             .Symlink("short", "short")
                             .File("after", "x")
                             .Finish());
  ASSERT_TRUE(seen.has_value()) << seen.error().message;
  ASSERT_EQ(seen->size(), 4u);
  EXPECT_EQ((*seen)[0].path, "prefix/name");
  EXPECT_EQ((*seen)[1].path, deep);
  EXPECT_EQ((*seen)[1].link, "far/" + deep);
  EXPECT_EQ((*seen)[2].path, deep);
  EXPECT_EQ((*seen)[2].link, "k" + deep);
  EXPECT_EQ((*seen)[3].path, "after");
}

TEST(TarReader, ReadsSizesInBase256AndPax) {
  std::string base256 = TestTar::Header('0', "a", "", 0);
  base256.replace(124, 12, Base256(3));
  std::string pax = TestTar::Header('0', "b", "", 0);
  const auto seen = Read(TestTar()
                             .Raw(TestTar::Sealed(base256))
                             .Padded("abc")
                             .Pax({"size", "4"})
                             .Raw(TestTar::Sealed(pax))
                             .Padded("wxyz")
                             .Finish());
  ASSERT_TRUE(seen.has_value()) << seen.error().message;
  EXPECT_EQ((*seen)[0].content, "abc");
  EXPECT_EQ((*seen)[1].content, "wxyz");
}

TEST(TarReader, FillsTheHolesOfOldGnuSparseFiles) {
  std::string header = TestTar::Header('S', "sparse", "", 6);
  header.replace(257, 8, std::string_view("ustar  \0", 8));
  header.replace(386, 24,
                 "00000000002\00000000000003\0"
                 "x",
                 0);
  header.resize(512);
  const auto field = [&](size_t at, const char* octal) { header.replace(at, 11, octal); };
  field(386, "00000000002");
  field(398, "00000000003");
  header[482] = 1;
  field(483, "00000000012");  // 10 bytes in all
  std::string more(512, '\0');
  more.replace(0, 11, "00000000006");
  more.replace(12, 11, "00000000003");
  const auto seen =
      Read(TestTar().Raw(TestTar::Sealed(header)).Raw(more).Padded("abcdef").Finish(), 100);
  ASSERT_TRUE(seen.has_value()) << seen.error().message;
  EXPECT_EQ((*seen)[0].size, 10u);
  EXPECT_EQ((*seen)[0].content, std::string("\0\0abc\0def\0", 10));
}

TEST(TarReader, FillsTheHolesOfPaxSparseFiles) {
  std::string stored = "2\n1\n2\n5\n1\n";
  stored.resize(512);
  stored += "xyz";
  const auto seen =
      Read(TestTar()
               .Pax({"GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.name", "real",
                     "GNU.sparse.realsize", "7"})
               .File("GNUSparseFile.0/real", stored)
               .Pax({"GNU.sparse.size", "4", "GNU.sparse.map", "2,1", "GNU.sparse.name", "older"})
               .File("x", "m")
               .Finish(),
           77);
  ASSERT_TRUE(seen.has_value()) << seen.error().message;
  EXPECT_EQ((*seen)[0].path, "real");
  EXPECT_EQ((*seen)[0].content, std::string("\0xy\0\0z\0", 7));
  EXPECT_EQ((*seen)[1].path, "older");
  EXPECT_EQ((*seen)[1].content, std::string("\0\0m\0", 4));
}

TEST(TarReader, CountsTheHolesOfSparseFiles) {
  const std::string archive =
      TestTar().Pax({"GNU.sparse.size", "2000", "GNU.sparse.map", "2,1"}).File("f", "x").Finish();
  EXPECT_TRUE(Read(archive, 512, {.total_bytes = 2000}).has_value());
  const auto over = Read(archive, 512, {.total_bytes = 1999});
  ASSERT_FALSE(over.has_value());
  EXPECT_EQ(over.error().code, ErrorCode::kResourceExhausted);
}

TEST(TarReader, ReadsASparseMapOfManyBlocks) {
  std::string stored = "500\n", content;
  for (int i = 0; i < 500; ++i) stored += std::to_string(2 * i + 1) + "\n1\n";
  stored.resize((stored.size() + 511) / 512 * 512);
  stored += std::string(500, 'x');
  for (int i = 0; i < 500; ++i) content += std::string("\0x", 2);
  const auto sparse = [](const std::string& bytes) {
    return Read(TestTar()
                    .Pax({"GNU.sparse.major", "1", "GNU.sparse.realsize", "1000"})
                    .File("a", bytes)
                    .Finish(),
                1000);
  };
  const auto seen = sparse(stored);
  ASSERT_TRUE(seen.has_value()) << seen.error().message;
  EXPECT_EQ((*seen)[0].content, content);
  EXPECT_FALSE(sparse(std::string(4096, '0') + stored).has_value());
}

TEST(TarReader, StopsAtTheEndMarkAndNeedsNone) {
  EXPECT_EQ(Read(TestTar().File("a", "x").Finish() + "whatever follows")->size(), 1u);
  const std::string archive = TestTar().File("a", "x").Finish();
  EXPECT_EQ(Read(archive.substr(0, 1024))->size(), 1u);
  EXPECT_EQ(Read("")->size(), 0u);
}

TEST(TarReader, ReportsDamageAndTruncation) {
  std::string archive = TestTar().File("a", "content").Finish();
  EXPECT_EQ(Read(archive.substr(0, 515)).error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(Read(archive.substr(0, 100)).error().code, ErrorCode::kDataLoss);
  archive[0] = 'b';
  EXPECT_EQ(Read(archive).error().code, ErrorCode::kDataLoss);

  std::string negative = TestTar::Header('0', "a", "", 0);
  negative.replace(124, 12, std::string(12, '\xff'));
  EXPECT_EQ(Read(TestTar().Raw(TestTar::Sealed(negative)).Finish()).error().code,
            ErrorCode::kDataLoss);
  std::string huge = TestTar::Header('0', "a", "", 0);
  huge.replace(124, 12, "\x80" + std::string(11, '\xff'));
  EXPECT_EQ(Read(TestTar().Raw(TestTar::Sealed(huge)).Finish()).error().code, ErrorCode::kDataLoss);
  for (const char* record : {"99 path=x\n", "5 path\n", "0 path=x\n", "-3 path=x\n", "xx"})
    EXPECT_FALSE(Read(TestTar().Entry('x', "p", "", record).File("a", "").Finish()).has_value());
}

TEST(TarReader, ReportsLyingSparseMaps) {
  for (const char* map : {"5,1", "0,9", "2,1,1,1", "1,9223372036854775807"}) {
    const auto seen = Read(
        TestTar().Pax({"GNU.sparse.size", "4", "GNU.sparse.map", map}).File("x", "m").Finish());
    EXPECT_FALSE(seen.has_value()) << map;
  }
}

TEST(TarReader, HoldsItsLimits) {
  const auto code = [](const std::string& archive, const TarLimits& limits) {
    const auto seen = Read(archive, 1 << 20, limits);
    return seen.has_value() ? ErrorCode::kInternal : seen.error().code;
  };
  const std::string archive = TestTar().File("a/b/c", "1234").File("d", "5678").Finish();
  EXPECT_EQ(code(archive, {.entries = 1}), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code(archive, {.path_bytes = 3}), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code(archive, {.depth = 1}), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code(archive, {.total_bytes = 7}), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code(TestTar().Pax({"path", "long"}).File("a", "").Finish(), {.header_bytes = 4}),
            ErrorCode::kResourceExhausted);
  EXPECT_TRUE(Read(archive, 1 << 20, {.entries = 2, .depth = 2, .total_bytes = 8}).has_value());
}

TEST(TarReader, LetsASeekerSkipContentNobodyWants) {
  const std::string archive = TestTar().File("a", std::string(5000, 'a')).File("b", "b").Finish();
  Collector collector;
  collector.want = false;
  TarReader reader(collector);
  size_t at = 0, pushed = 0;
  while (at < archive.size()) {
    if (const uint64_t skip = reader.Skippable(); skip > 0) {
      ASSERT_TRUE(reader.Skip(skip).has_value());
      at += skip;
      continue;
    }
    ASSERT_TRUE(reader.Push(std::string_view(archive).substr(at, 512)).has_value());
    at += 512;
    pushed += 512;
  }
  ASSERT_EQ(collector.seen.size(), 2u);
  EXPECT_EQ(collector.seen[1].path, "b");
  EXPECT_EQ(pushed, 4 * 512u);
}

TEST(NormalisePath, NeverLeavesTheRoot) {
  const auto normal = [](std::string_view raw) {
    std::string out = "stale";
    NormalisePath(raw, out);
    return out;
  };
  EXPECT_EQ(normal("./usr//lib/./x/"), "usr/lib/x");
  EXPECT_EQ(normal("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(normal("a/b/../c"), "a/c");
  EXPECT_EQ(normal("../../etc"), "etc");
  EXPECT_EQ(normal("a/../.."), "");
  EXPECT_EQ(normal("."), "");
}

}  // namespace
}  // namespace narrows::registry
