#include "base/subprocess.h"

#include <gtest/gtest.h>

namespace narrows {
namespace {

TEST(Subprocess, PassesInputEnvironmentAndGivesBothOutputs) {
  const auto result =
      RunCommand({.argv = {"sh", "-c", "cat; echo $NARROWS_X; echo bad >&2; exit 3"},
                  .input = "in ",
                  .environment = {"NARROWS_X=x y"}},
                 {});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->output, "in x y\n");
  EXPECT_EQ(result->errors, "bad\n");
}

TEST(Subprocess, LargeInputIsCopiedWhileOutputIsRead) {
  const std::string large(3u << 20, 'x');
  const auto result =
      RunCommand({.argv = {"cat"}, .input = large, .most_output = large.size()}, {});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->output, large);
}

TEST(Subprocess, AProgramThatIgnoresItsInputIsNoError) {
  const auto result = RunCommand({.argv = {"true"}, .input = std::string(3u << 20, 'x')}, {});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->exit_code, 0);
}

TEST(Subprocess, AMissingProgramIsNamed) {
  const auto result = RunCommand({.argv = {"narrows-no-such-program"}}, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_NE(result.error().message.find("narrows-no-such-program"), std::string::npos);
}

TEST(Subprocess, TheDeadlineKillsIt) {
  const auto result = RunCommand({.argv = {"sleep", "600"}},
                                 CallContext::WithTimeout(std::chrono::milliseconds(100)));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kDeadlineExceeded);
}

TEST(Subprocess, EndlessOutputIsCutOff) {
  const auto result = RunCommand({.argv = {"yes"}, .most_output = 1000}, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kResourceExhausted);
}

TEST(Subprocess, EndlessErrorsAreBounded) {
  const auto result =
      RunCommand({.argv = {"sh", "-c", "head -c 1000000 /dev/zero >&2; echo done"}}, {});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->output, "done\n");
  EXPECT_EQ(result->errors.size(), 4096u);
}

TEST(Subprocess, ASignalGivesItsNumber) {
  EXPECT_EQ(RunCommand({.argv = {"sh", "-c", "kill -9 $$"}}, {})->exit_code, 128 + 9);
}

// What outlives the program must not hold us up.
TEST(Subprocess, AChildLeftBehindWithTheOutputOpenIsNotWaitedFor) {
  const auto result = RunCommand({.argv = {"sh", "-c", "sleep 3 & echo ok"}},
                                 CallContext::WithTimeout(std::chrono::seconds(30)));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->output, "ok\n");
}

}  // namespace
}  // namespace narrows
