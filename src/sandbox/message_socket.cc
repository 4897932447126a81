#include "sandbox/message_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace narrows::sandbox {
namespace {

constexpr size_t kControlBytes = CMSG_SPACE(MessageSocket::kMostDescriptors * sizeof(int));

void TakeDescriptors(const msghdr& header, std::vector<FileDescriptor>& into) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&header), part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      into.emplace_back(fd);
    }
  }
}

}  // namespace

Result<std::pair<MessageSocket, MessageSocket>> MessageSocket::Pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return FromErrno(errno, "cannot create a socket pair");
  return std::pair(MessageSocket(FileDescriptor(ends[0])), MessageSocket(FileDescriptor(ends[1])));
}

Status MessageSocket::Send(std::string_view bytes, std::span<const int> descriptors) const {
  NARROWS_CHECK(!bytes.empty() && bytes.size() <= kMostBytes);
  NARROWS_CHECK(descriptors.size() <= kMostDescriptors);
  iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, kControlBytes> control{};
  if (!descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
  }
  while (sendmsg(fd_.get(), &header, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    if (errno == EPIPE || errno == ECONNRESET) return Unavailable("the other process has ended");
    return FromErrno(errno, "cannot send to another process");
  }
  return Ok();
}

Result<std::optional<Message>> MessageSocket::Receive() const {
  Message message;
  message.bytes.resize(kMostBytes);
  iovec piece{message.bytes.data(), message.bytes.size()};
  alignas(cmsghdr) std::array<char, kControlBytes> control{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size = -1;
  while ((size = recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC)) < 0) {
    // Said once when the other end went without having heard all: what it sent before can be had.
    if (errno == EINTR || errno == ECONNRESET) continue;
    return FromErrno(errno, "cannot receive from another process");
  }
  TakeDescriptors(header, message.descriptors);
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return DataLoss("a message of another process is too large");
  if (size == 0) return std::optional<Message>();
  message.bytes.resize(static_cast<size_t>(size));
  return std::optional(std::move(message));
}

}  // namespace narrows::sandbox
