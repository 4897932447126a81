#include "inventory/node/live_node.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "inventory/node/process_table.h"

namespace narrows::inventory::node {
namespace {

class LiveNodeTest : public ::testing::Test {
 protected:
  LiveNodeTest() : root_(*ScopedTempDir::Create()) {
    Write("etc/passwd", "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n");
    Write("etc/group", "root:x:0:\nstaff:x:50:alice\n");
    Write("etc/kubernetes/admin.conf", "text");
    chmod((root_.path() / "etc/kubernetes/admin.conf").c_str(), 0640);
    std::filesystem::create_symlink("/etc/kubernetes/admin.conf", root_.path() / "link");
    LiveNodeOptions options;
    options.root = root_.path();
    options.proc = root_.path() / "proc";
    node_ = *MakeLiveNode(options);
  }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_.path() / path).parent_path());
    std::ofstream(root_.path() / path) << text;
  }

  ScopedTempDir root_;
  std::unique_ptr<NodeFacts> node_;
};

TEST_F(LiveNodeTest, LinksAreFollowedWithinTheRoot) {
  EXPECT_EQ(node_->Stat("/link", true)->mode, 0640u);
  EXPECT_EQ(node_->Stat("/link", false)->type, FileStatus::Type::kLink);
  EXPECT_EQ(*node_->Read("/link", 100), "text");
  EXPECT_EQ(*node_->Read("/../../etc/kubernetes/admin.conf", 100), "text");
  EXPECT_EQ(node_->Stat("/none", true).error(), ENOENT);
  EXPECT_EQ(node_->Stat("/link/x", true).error(), ENOTDIR);
}

TEST_F(LiveNodeTest, ReadsOnlyFilesAndOnlySoMuch) {
  EXPECT_EQ(node_->Read("/etc", 100).error(), EISDIR);
  EXPECT_EQ(node_->Read("/link", 3).error(), EFBIG);
  ASSERT_EQ(mkfifo((root_.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(node_->Read("/pipe", 100).error(), EINVAL);
  EXPECT_EQ(node_->List("/etc/kubernetes")->size(), 1u);
  EXPECT_EQ(node_->List("/link").error(), ENOTDIR);
}

TEST_F(LiveNodeTest, NamesComeFromTheRoot) {
  EXPECT_EQ(node_->UserName(1000), "alice");
  EXPECT_EQ(node_->GroupName(50), "staff");
  EXPECT_EQ(node_->UserName(4242), "UNKNOWN");
}

TEST_F(LiveNodeTest, ProcessesAreReadFromProc) {
  Write("proc/stat", "cpu 1\nbtime 1000\n");
  Write("proc/7/stat", "7 (a) b) S 1 7 7 34816 7 0 0 0 0 0 300 100 0 0 20 0 1 0 500 0 0\n");
  Write("proc/7/cmdline", std::string("a\0b c\0\0", 7));
  Write("proc/8/stat", "8 (kthread) S 2 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0\n");
  Write("proc/8/cmdline", "");
  Write("proc/9/stat", "garbage");
  Write("proc/self/stat", "x");
  const auto processes = node_->Processes();
  ASSERT_TRUE(processes.has_value());
  ASSERT_EQ((*processes)->size(), 2u);
  const Process& first = (*processes)->front();
  EXPECT_EQ(first.name, "a) b");
  EXPECT_EQ(first.CommandLine(), "a b c");
  EXPECT_EQ(first.terminal, "pts/0");
  EXPECT_EQ(first.started, 1000 + 500 / sysconf(_SC_CLK_TCK));
  EXPECT_EQ(first.cpu_seconds, 400 / sysconf(_SC_CLK_TCK));
  EXPECT_EQ((*processes)->back().CommandLine(), "[kthread]");
}

TEST_F(LiveNodeTest, SaysWhenThereIsNoProc) {
  EXPECT_EQ(node_->Processes().error().code, ErrorCode::kNotFound);
  LiveNodeOptions options;
  options.root = root_.path() / "none";
  EXPECT_EQ(MakeLiveNode(options).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace narrows::inventory::node
