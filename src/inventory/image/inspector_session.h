#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "inventory/image/inspector_channel.h"
#include "inventory/image/layer_encoding.h"
#include "inventory/image/layer_inspector.h"
#include "sandbox/message_socket.h"
#include "sandbox/worker_host.h"

namespace narrows::inventory::image {

// Internal to the sandboxed inspector: the conversation with one worker about one layer. What the
// worker says is foreign. Not thread-safe.
class InspectorSession {
 public:
  // All must outlive it.
  InspectorSession(const LayerTask& task, const CallContext& context)
      : task_(task), context_(context) {}
  ~InspectorSession();
  InspectorSession(const InspectorSession&) = delete;
  InspectorSession& operator=(const InspectorSession&) = delete;

  Status Start(const sandbox::WorkerHost& host, const sandbox::WorkerLimits& limits);

  // What there is to do; `bytes` of the layer follow, unless they are the unpacked ones.
  Status SendTask(std::span<const std::string> left_out, unsigned file_cpu_seconds,
                  bool verify_diff_id);

  // Gives bytes to the worker. kAborted when there is no need for more: it is done, or has ended.
  Status Give(std::string_view bytes);

  // All bytes were given: waits until it is done or has ended.
  Status Finish();

  // Whether no more bytes are needed.
  bool IsOver() const { return gone_ || result_.has_value(); }
  // Whether the worker has said what no inspector says; it is not heard any further.
  bool HasMisbehaved() const { return misbehaved_; }
  // Whether the worker has said all that it had to; if not, it ended before.
  bool IsDone() const { return result_.has_value(); }
  const InspectorResult& result() const { return *result_; }
  // What it found, if that is what an inspector may have found. Once.
  Result<LayerAnalysis> TakeFound();

  // Of a worker that ended before it was done: how, and which file it was parsing.
  Result<sandbox::WorkerEnd> WaitForEnd() const { return worker_->WaitForEnd(context_); }
  std::optional<std::string> Parsing() const { return memory_->Parsing(); }

 private:
  Status SendSlot();
  Status Send(ChannelMessage type, std::string_view bytes = {});
  // Takes what the worker says, waiting for it or not.
  Status Listen(bool wait);
  void Heard(const Status& understood);
  Status OnMessage(std::string_view message);
  Status OnFound(std::string_view bytes);
  Status OnRequest(std::string_view request);
  Status Answer(const Result<FileDescriptor>& result);

  const LayerTask& task_;
  const CallContext& context_;
  sandbox::MessageSocket channel_, requests_;
  MappedMemory memory_;
  std::optional<sandbox::Worker> worker_;

  std::array<bool, SharedMemory::kSlots> in_use_{};  // by the worker
  size_t slot_ = 0, filled_ = 0;                     // the one being filled
  bool gone_ = false;                                // the worker's end of the channel is closed
  bool misbehaved_ = false;
  std::string piece_;  // of what was found, with its size before it
  LayerDecoder found_;
  std::optional<InspectorResult> result_;
  uint64_t taken_ = 0;  // of the spool
  bool has_file_ = false;
};

}  // namespace narrows::inventory::image
