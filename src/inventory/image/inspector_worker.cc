#include "inventory/image/inspector_worker.h"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <string>
#include <unordered_set>
#include <utility>

#include "inventory/image/inspector_channel.h"
#include "inventory/image/layer_analyser.h"
#include "inventory/image/layer_encoding.h"
#include "registry/layer_reader.h"
#include "sandbox/confinement.h"
#include "sandbox/message_socket.h"

namespace narrows::inventory::image {
namespace {

using sandbox::Message;
using sandbox::MessageSocket;

Error NotUnderstood() { return Internal("the sandbox was told what it does not know"); }

std::string Typed(ChannelMessage type, std::string_view bytes = {}) {
  return static_cast<char>(type) + std::string(bytes);
}

// The spool of the other side.
class RequestedSpool final : public Spool {
 public:
  explicit RequestedSpool(const MessageSocket& requests) : requests_(requests) {}

  Status Take(uint64_t bytes) override {
    RETURN_IF_ERROR(Ask(InspectorRequest::kTakeSpace, bytes));
    return Ok();
  }
  void GiveBack(uint64_t bytes) override {
    static_cast<void>(Send(InspectorRequest::kGiveSpaceBack, bytes).has_value());
  }
  Result<FileDescriptor> Open() override { return Ask(InspectorRequest::kOpenFile, 0); }

 private:
  Status Send(InspectorRequest request, uint64_t bytes) {
    ByteWriter writer;
    writer.Raw(std::string(1, static_cast<char>(request)));
    writer.Long(bytes);
    return requests_.Send(writer.Take());
  }

  Result<FileDescriptor> Ask(InspectorRequest request, uint64_t bytes) {
    RETURN_IF_ERROR(Send(request, bytes));
    ASSIGN_OR_RETURN(std::optional<Message> answer, requests_.Receive());
    if (!answer) return Unavailable("nobody waits for this layer");
    if (answer->bytes[0] == static_cast<char>(InspectorAnswer::kYes)) {
      if (answer->descriptors.empty()) return FileDescriptor();
      return std::move(answer->descriptors[0]);
    }
    ByteReader reader(std::string_view(answer->bytes).substr(1));
    return ReadError(reader);
  }

  const MessageSocket& requests_;
};

// Says in shared memory which file is being parsed, and ends the process when one takes too long:
// every second of processor time it is looked whether it still is the same.
class WatchedParsing final : public ParsingGuard {
 public:
  WatchedParsing(SharedMemory& memory, std::unordered_set<std::string> left_out)
      : memory_(memory), left_out_(std::move(left_out)) {}

  bool MayParse(std::string_view path) override {
    if (!left_out_.empty() && left_out_.contains(std::string(path))) return false;
    const size_t size = std::min(path.size(), memory_.path.size());
    std::memcpy(memory_.path.data(), path.data(), size);
    memory_.parsing.store(static_cast<uint32_t>(size) + 1, std::memory_order_release);
    file_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  void Parsed() override {
    memory_.parsing.store(0, std::memory_order_release);
    file_.fetch_add(1, std::memory_order_relaxed);
  }

  // Odd numbers are files.
  static void LimitTime(unsigned cpu_seconds) {
    most_ticks_ = cpu_seconds;
    struct sigaction action {};
    action.sa_handler = [](int) { Tick(); };
    action.sa_flags = SA_RESTART;
    sigaction(SIGPROF, &action, nullptr);
    const itimerval every_second{{1, 0}, {1, 0}};
    setitimer(ITIMER_PROF, &every_second, nullptr);
  }

 private:
  static void Tick() {
    const uint32_t now = file_.load(std::memory_order_relaxed);
    if (now % 2 == 0 || std::exchange(ticked_, now) != now) {
      ticks_ = 0;
    } else if (++ticks_ >= most_ticks_) {
      _exit(sandbox::kFileTimeExhausted);
    }
  }

  // A handler of signals reaches nothing else.
  static inline std::atomic<uint32_t> file_;
  static inline uint32_t ticked_, ticks_, most_ticks_;

  SharedMemory& memory_;
  const std::unordered_set<std::string> left_out_;
};

class InspectorWorker final : public registry::ImageSource {
 public:
  InspectorWorker(Watchlist watchlist, MessageSocket channel, MessageSocket requests,
                  MappedMemory memory)
      : watchlist_(std::move(watchlist)),
        channel_(std::move(channel)),
        requests_(std::move(requests)),
        memory_(std::move(memory)) {}

  Status Run() {
    ASSIGN_OR_RETURN(const InspectorTask task, Prepare());
    InspectorResult result;
    if (watchlist_.Fingerprint() != task.fingerprint) {
      result.error = Internal("the sandbox looks for other packages than it should");
      return Tell(result);
    }
    WatchedParsing::LimitTime(task.file_cpu_seconds);
    WatchedParsing guard(*memory_, std::move(left_out_));
    RequestedSpool spool(requests_);
    LayerAnalyser analyser(watchlist_, spool, &guard);
    const model::Layer layer{.diff_id = task.diff_id};  // who sends the bytes has verified them
    const auto reading =
        registry::ReadLayer(*this, layer, analyser, task.limits, {},
                            task.verify_diff_id ? registry::Verify::kYes : registry::Verify::kNo);
    if (!reading.has_value()) {
      result.error = reading.error();
      return Tell(result);
    }
    RETURN_IF_ERROR(Tell(std::move(analyser).Take()));
    result.unpacked_bytes = reading->unpacked_bytes;
    result.fault = reading->fault;
    return Tell(result);
  }

 private:
  Result<registry::ResolvedImage> Resolve(const model::Platform&, const CallContext&) override {
    return NotUnderstood();
  }

  // The layer's stored bytes, as they come.
  Status ReadLayer(const model::Layer&, const CallContext&, const OnData& on_data) override {
    while (true) {
      ASSIGN_OR_RETURN(const Message message, Receive());
      if (message.bytes[0] == static_cast<char>(ChannelMessage::kEnd)) return Ok();
      ByteReader reader(std::string_view(message.bytes).substr(1));
      const size_t slot = reader.Number();
      const size_t size = reader.Number();
      if (message.bytes[0] != static_cast<char>(ChannelMessage::kBytes) || !reader.ReadAll() ||
          slot >= SharedMemory::kSlots || size > SharedMemory::kSlotBytes)
        return NotUnderstood();
      RETURN_IF_ERROR(on_data({memory_->slots[slot].data(), size}));
      ByteWriter writer;
      writer.Number(slot);
      RETURN_IF_ERROR(channel_.Send(Typed(ChannelMessage::kSlotFree, writer.Take())));
    }
  }

  Result<Message> Receive() {
    ASSIGN_OR_RETURN(std::optional<Message> message, channel_.Receive());
    if (!message) return Unavailable("nobody waits for this layer");
    return *std::move(message);
  }

  Result<InspectorTask> Prepare() {
    while (true) {
      ASSIGN_OR_RETURN(const Message message, Receive());
      const std::string_view bytes = std::string_view(message.bytes).substr(1);
      ByteReader reader(bytes);
      switch (static_cast<ChannelMessage>(message.bytes[0])) {
        case ChannelMessage::kTask:
          return DecodeTask(bytes);
        case ChannelMessage::kLeaveOut:
          left_out_.insert(std::string(bytes));
          break;
        case ChannelMessage::kPlace: {
          Watchlist::Place place;
          place.path = reader.Text();
          place.folder = reader.Number() != 0;
          place.extractor = static_cast<int>(reader.Number()) - 1;
          place.as = reader.Text();
          if (!reader.ReadAll()) return NotUnderstood();
          watchlist_.Add(std::move(place));
          break;
        }
        default:
          return NotUnderstood();
      }
    }
  }

  Status Tell(const InspectorResult& result) {
    return channel_.Send(Typed(ChannelMessage::kDone, Encode(result)));
  }

  Status Tell(const LayerAnalysis& layer) {
    LayerEncoder encoder(layer);
    for (std::string piece = encoder.Next(); !piece.empty(); piece = encoder.Next()) {
      ByteWriter size;
      size.Number(piece.size());
      piece.insert(0, size.Take());
      for (std::string_view rest = piece; !rest.empty();) {
        const std::string_view part = rest.substr(0, MessageSocket::kMostBytes - 1);
        RETURN_IF_ERROR(channel_.Send(Typed(ChannelMessage::kFound, part)));
        rest.remove_prefix(part.size());
      }
    }
    return Ok();
  }

  Watchlist watchlist_;
  const MessageSocket channel_, requests_;
  const MappedMemory memory_;
  std::unordered_set<std::string> left_out_;
};

}  // namespace

int RunInspectorWorker(Watchlist watchlist, std::vector<FileDescriptor> descriptors) {
  if (descriptors.size() != 3) return 1;
  auto memory = MapSharedMemory(descriptors[2].get());
  if (!memory.has_value()) return 1;
  descriptors[2].Close();
  InspectorWorker worker(std::move(watchlist), MessageSocket(std::move(descriptors[0])),
                         MessageSocket(std::move(descriptors[1])), *std::move(memory));
  return worker.Run().has_value() ? sandbox::kWorkDone : 1;
}

}  // namespace narrows::inventory::image
