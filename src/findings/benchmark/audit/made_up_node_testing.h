#pragma once

#include <cerrno>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "findings/benchmark/audit/facts.h"

namespace narrows::findings::benchmark::audit {

// A node of plain values.
class MadeUpNode final : public NodeFacts {
 public:
  // Adds a file and the folders above it, of root, 644 and 755.
  void AddFile(const std::string& path, const std::string& content, unsigned mode = 0644) {
    contents_[path] = content;
    FileStatus status;
    status.mode = mode;
    status.size = static_cast<int64_t>(content.size());
    statuses_[path] = status;
    for (size_t slash = path.rfind('/'); slash > 0; slash = path.rfind('/', slash - 1))
      AddFolder(path.substr(0, slash));
  }
  void AddFolder(const std::string& path) {
    FileStatus status;
    status.type = FileStatus::Type::kDirectory;
    status.mode = 0755;
    statuses_.emplace(path, status);
  }
  void AddProcess(const std::string& name, std::vector<std::string> arguments) {
    Process process;
    process.pid = 10 + static_cast<int>(processes_.size());
    process.parent = 1;
    process.user = "root";
    process.name = name.substr(0, 15);
    process.arguments = std::move(arguments);
    processes_.push_back(std::move(process));
  }

  Result<const std::vector<Process>*> Processes() const override { return &processes_; }
  FileResult<FileStatus> Stat(const std::string& path, bool) const override {
    const auto found = statuses_.find(Clean(path));
    if (found == statuses_.end()) return tl::unexpected<int>(ENOENT);
    return found->second;
  }
  FileResult<std::vector<std::string>> List(const std::string& path) const override {
    const std::string folder = Clean(path) == "/" ? "" : Clean(path);
    std::vector<std::string> names;
    for (const auto& [name, status] : statuses_) {
      if (name.size() > folder.size() + 1 &&
          name.compare(0, folder.size() + 1, folder + "/") == 0 &&
          name.find('/', folder.size() + 1) == std::string::npos) {
        names.push_back(name.substr(folder.size() + 1));
      }
    }
    return names;
  }
  FileResult<std::string> Read(const std::string& path, size_t) const override {
    const auto found = contents_.find(Clean(path));
    if (found == contents_.end())
      return tl::unexpected<int>(statuses_.count(path) ? EISDIR : ENOENT);
    return found->second;
  }
  std::string UserName(int64_t uid) const override { return uid == 0 ? "root" : "UNKNOWN"; }
  std::string GroupName(int64_t gid) const override { return gid == 0 ? "root" : "UNKNOWN"; }
  int64_t Now() const override { return 0; }

 private:
  static std::string Clean(const std::string& path) {
    std::string clean;
    for (const char c : path) {
      if (c != '/' || clean.empty() || clean.back() != '/') clean += c;
    }
    if (clean.size() > 1 && clean.back() == '/') clean.pop_back();
    return clean;
  }

  std::map<std::string, FileStatus> statuses_;
  std::map<std::string, std::string> contents_;
  std::vector<Process> processes_;
};

}  // namespace narrows::findings::benchmark::audit
