#include "inventory/image/spool.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <string>
#include <thread>

namespace narrows::inventory::image {
namespace {

TEST(Spool, GivesBackWhatItWasGivenInMemoryAndOnDisk) {
  DiskSpool spool;
  SpooledContent content(spool);
  for (const size_t size : {size_t{0}, size_t{10}, SpooledContent::kMostInMemory,
                            SpooledContent::kMostInMemory + 1, size_t{5} << 20, size_t{3}}) {
    ASSERT_TRUE(content.Start(size).has_value());
    std::string expected;
    while (expected.size() < size) {
      const std::string piece(std::min<size_t>(100'000, size - expected.size()),
                              static_cast<char>('a' + expected.size() % 26));
      ASSERT_TRUE(content.Append(piece).has_value());
      expected += piece;
    }
    const auto view = content.View();
    ASSERT_TRUE(view.has_value()) << view.error().message;
    EXPECT_TRUE(*view == expected) << size;
  }
}

TEST(Spool, RefusesMoreThanItWasTold) {
  DiskSpool spool(size_t{4} << 20);
  SpooledContent content(spool);
  EXPECT_EQ(content.Start(size_t{5} << 20).error().code, ErrorCode::kResourceExhausted);
  ASSERT_TRUE(content.Start(size_t{2} << 20).has_value());
  EXPECT_FALSE(content.Append(std::string((size_t{2} << 20) + 1, 'x')).has_value());
}

TEST(Spool, MakesTheSecondWaitUntilThereIsSpace) {
  DiskSpool spool(size_t{4} << 20);
  auto first = std::make_unique<SpooledContent>(spool);
  ASSERT_TRUE(first->Start(size_t{3} << 20).has_value());
  std::promise<void> started;
  auto second = std::async(std::launch::async, [&] {
    SpooledContent content(spool);
    started.set_value();
    return content.Start(size_t{3} << 20).has_value();
  });
  started.get_future().wait();
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST(Spool, NamesTheFolderThatCannotBeWritten) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", "/nowhere/at/all", 1);
  DiskSpool spool;
  SpooledContent content(spool);
  const Status status = content.Start(size_t{2} << 20);
  if (kept.empty()) {
    unsetenv("TMPDIR");
  } else {
    setenv("TMPDIR", kept.c_str(), 1);
  }
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find("TMPDIR"), std::string::npos);
  EXPECT_TRUE(content.Start(100).has_value());
}

}  // namespace
}  // namespace narrows::inventory::image
