#include "inventory/image/inspector_session.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace narrows::inventory::image {
namespace {

using sandbox::Message;
using sandbox::MessageSocket;

constexpr int kPollMillis = 50;  // how soon a stop request is noticed
constexpr size_t kSizeBytes = 4;

Error NotUnderstood() { return DataLoss("a message that no inspector sends"); }

}  // namespace

InspectorSession::~InspectorSession() {
  if (taken_ > 0) task_.spool.GiveBack(taken_);
}

Status InspectorSession::Start(const sandbox::WorkerHost& host,
                               const sandbox::WorkerLimits& limits) {
  ASSIGN_OR_RETURN(auto channel, MessageSocket::Pair());
  ASSIGN_OR_RETURN(auto requests, MessageSocket::Pair());
  ASSIGN_OR_RETURN(const FileDescriptor memory, MakeSharedMemory());
  ASSIGN_OR_RETURN(memory_, MapSharedMemory(memory.get()));
  const std::array<int, 3> given = {channel.second.fd(), requests.second.fd(), memory.get()};
  ASSIGN_OR_RETURN(worker_, host.StartWorker(limits, given));
  channel_ = std::move(channel.first);
  requests_ = std::move(requests.first);
  return Ok();
}

Status InspectorSession::Send(ChannelMessage type, std::string_view bytes) {
  const Status sent = channel_.Send(static_cast<char>(type) + std::string(bytes));
  if (sent.has_value()) return Ok();
  // It may have said why before it went.
  while (!gone_) RETURN_IF_ERROR(Listen(true));
  return Aborted("the worker has ended");
}

Status InspectorSession::SendTask(std::span<const std::string> left_out, unsigned file_cpu_seconds,
                                  bool verify_diff_id) {
  for (const Watchlist::Place& place : task_.watchlist.added()) {
    ByteWriter writer;
    writer.Text(place.path);
    writer.Number(place.folder ? 1 : 0);
    writer.Number(static_cast<size_t>(place.extractor) + 1);
    writer.Text(place.as);
    RETURN_IF_ERROR(Send(ChannelMessage::kPlace, writer.Take()));
  }
  for (const std::string& path : left_out) RETURN_IF_ERROR(Send(ChannelMessage::kLeaveOut, path));
  return Send(ChannelMessage::kTask,
              Encode(InspectorTask{task_.layer.diff_id, task_.watchlist.Fingerprint(), task_.limits,
                                   verify_diff_id, file_cpu_seconds}));
}

Status InspectorSession::Give(std::string_view bytes) {
  while (!bytes.empty()) {
    while (in_use_[slot_] && !gone_ && !result_) RETURN_IF_ERROR(Listen(true));
    if (gone_ || result_) return Aborted("the worker has ended");
    const size_t size = std::min(bytes.size(), SharedMemory::kSlotBytes - filled_);
    std::memcpy(memory_->slots[slot_].data() + filled_, bytes.data(), size);
    filled_ += size;
    bytes.remove_prefix(size);
    if (filled_ == SharedMemory::kSlotBytes) RETURN_IF_ERROR(SendSlot());
  }
  return Ok();
}

Status InspectorSession::SendSlot() {
  ByteWriter writer;
  writer.Number(slot_);
  writer.Number(filled_);
  RETURN_IF_ERROR(Send(ChannelMessage::kBytes, writer.Take()));
  in_use_[slot_] = true;
  slot_ = (slot_ + 1) % SharedMemory::kSlots;
  filled_ = 0;
  return Listen(false);
}

Status InspectorSession::Finish() {
  if (!gone_ && !result_) {
    Status sent = filled_ > 0 ? SendSlot() : Ok();
    if (sent.has_value()) sent = Send(ChannelMessage::kEnd);
    if (!sent.has_value() && sent.error().code != ErrorCode::kAborted) return sent;
  }
  while (!gone_ && !result_) RETURN_IF_ERROR(Listen(true));
  return Ok();
}

Status InspectorSession::Listen(bool wait) {
  do {
    std::array<pollfd, 2> waiting = {pollfd{channel_.fd(), POLLIN, 0},
                                     pollfd{requests_.fd(), POLLIN, 0}};
    const int ready = poll(waiting.data(), waiting.size(), wait ? kPollMillis : 0);
    if (ready < 0 && errno != EINTR) return FromErrno(errno, "cannot wait for a worker");
    RETURN_IF_ERROR(context_.Check());
    if (ready <= 0) continue;
    if (waiting[1].revents != 0) {
      ASSIGN_OR_RETURN(const std::optional<Message> request, requests_.Receive());
      if (request) {
        Heard(OnRequest(request->bytes));
      } else {
        requests_.Close();
      }
    }
    if (waiting[0].revents != 0) {
      ASSIGN_OR_RETURN(const std::optional<Message> message, channel_.Receive());
      if (message) {
        Heard(OnMessage(message->bytes));
      } else {
        gone_ = true;
      }
    }
    return Ok();
  } while (wait);
  return Ok();
}

void InspectorSession::Heard(const Status& understood) {
  if (understood.has_value()) return;
  misbehaved_ = gone_ = true;
  result_.reset();
}

Status InspectorSession::OnMessage(std::string_view message) {
  const std::string_view bytes = message.substr(1);
  switch (static_cast<ChannelMessage>(message[0])) {
    case ChannelMessage::kSlotFree: {
      ByteReader reader(bytes);
      const size_t slot = reader.Number();
      if (!reader.ReadAll() || slot >= in_use_.size()) return NotUnderstood();
      in_use_[slot] = false;
      return Ok();
    }
    case ChannelMessage::kFound:
      return OnFound(bytes);
    case ChannelMessage::kDone: {
      if (!piece_.empty()) return NotUnderstood();
      ASSIGN_OR_RETURN(result_, DecodeResult(bytes));
      return Ok();
    }
    default:
      return NotUnderstood();
  }
}

// Pieces come in parts of any size.
Status InspectorSession::OnFound(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t size = piece_.size() < kSizeBytes ? 0 : ByteReader(piece_).Number();
    const std::string_view part = bytes.substr(0, kSizeBytes + size - piece_.size());
    piece_ += part;
    bytes.remove_prefix(part.size());
    if (piece_.size() == kSizeBytes) {
      const size_t told = ByteReader(piece_).Number();
      if (told == 0 || told > LayerDecoder::kMostPieceBytes) return NotUnderstood();
    } else if (piece_.size() == kSizeBytes + size) {
      RETURN_IF_ERROR(found_.Take(std::string_view(piece_).substr(kSizeBytes)));
      piece_ = std::string();
    }
  }
  return Ok();
}

Status InspectorSession::OnRequest(std::string_view request) {
  ByteReader reader(request.substr(1));
  const uint64_t bytes = reader.Long();
  if (!reader.ReadAll()) return NotUnderstood();
  switch (static_cast<InspectorRequest>(request[0])) {
    case InspectorRequest::kTakeSpace: {
      if (taken_ > 0) return NotUnderstood();
      const Status taken = task_.spool.Take(bytes);
      if (!taken.has_value()) return Answer(taken.error());
      taken_ = bytes;
      return Answer(FileDescriptor());
    }
    case InspectorRequest::kGiveSpaceBack:
      if (bytes > taken_) return NotUnderstood();
      taken_ -= bytes;
      task_.spool.GiveBack(bytes);
      return Ok();
    case InspectorRequest::kOpenFile:
      if (std::exchange(has_file_, true)) return NotUnderstood();
      return Answer(task_.spool.Open());
    default:
      return NotUnderstood();
  }
}

Status InspectorSession::Answer(const Result<FileDescriptor>& result) {
  ByteWriter writer;
  std::span<const int> given;
  int fd = -1;
  if (result.has_value()) {
    writer.Raw(std::string(1, static_cast<char>(InspectorAnswer::kYes)));
    fd = result->get();
    if (fd >= 0) given = std::span(&fd, 1);
  } else {
    writer.Raw(std::string(1, static_cast<char>(InspectorAnswer::kNo)));
    WriteError(writer, result.error());
  }
  // Where it is gone the channel says so.
  static_cast<void>(requests_.Send(writer.Take(), given).has_value());
  return Ok();
}

Result<LayerAnalysis> InspectorSession::TakeFound() {
  ASSIGN_OR_RETURN(LayerAnalysis layer, std::move(found_).Finish());
  RETURN_IF_ERROR(CheckForeignLayer(layer, task_.watchlist));
  return layer;
}

}  // namespace narrows::inventory::image
