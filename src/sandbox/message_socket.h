#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"
#include "base/result.h"

namespace narrows::sandbox {

struct Message {
  std::string bytes;
  std::vector<FileDescriptor> descriptors;
};

// One end of a connection within this machine that keeps messages apart (SOCK_SEQPACKET). Sending
// and receiving may be done by two threads at once.
class MessageSocket {
 public:
  static constexpr size_t kMostBytes = size_t{64} << 10;
  static constexpr size_t kMostDescriptors = 8;

  explicit MessageSocket(FileDescriptor fd = FileDescriptor()) : fd_(std::move(fd)) {}
  static Result<std::pair<MessageSocket, MessageSocket>> Pair();

  // `bytes` is not empty and at most kMostBytes. Waits for room. kUnavailable when the other end is
  // gone.
  Status Send(std::string_view bytes, std::span<const int> descriptors = {}) const;

  // Waits for the next message; nothing when the other end is gone. kDataLoss for one that is
  // larger than it may be.
  Result<std::optional<Message>> Receive() const;

  int fd() const { return fd_.get(); }
  void Close() { fd_.Close(); }
  FileDescriptor Release() { return std::move(fd_); }

 private:
  FileDescriptor fd_;
};

}  // namespace narrows::sandbox
