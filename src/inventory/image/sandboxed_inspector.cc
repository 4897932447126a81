#include "inventory/image/sandboxed_inspector.h"

#include <csignal>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/sha256.h"
#include "inventory/image/inspector_session.h"
#include "inventory/image/inspector_worker.h"
#include "inventory/image/memory_budget.h"
#include "registry/inflater.h"
#include "sandbox/worker_host.h"

namespace narrows::inventory::image {
namespace {

// Each costs reading the layer once more.
constexpr size_t kMostLeftOut = 4;

// What the bytes were that a worker got. They are verified here: a worker that was taken over by
// what it read says what that wants.
class StoredBytes {
 public:
  void Take(std::string_view piece) {
    if (head_.size() < registry::kMagicBytes)
      head_ += piece.substr(0, registry::kMagicBytes - head_.size());
    hash_.Update(piece);
  }
  bool AreDetectable() const { return head_.size() == registry::kMagicBytes; }
  // Stored as they are: one digest is the other.
  bool ArePlain() const {
    return registry::DetectCompression(head_) == registry::Compression::kNone;
  }
  Status Verify(const model::Layer& layer) {
    const std::string digest = "sha256:" + hash_.FinishHex();
    if (!layer.digest.empty())
      RETURN_IF_ERROR(registry::CompareDigest(layer, "digest", layer.digest, digest));
    if (ArePlain()) return registry::CompareDigest(layer, "diffID", layer.diff_id, digest);
    return Ok();
  }

 private:
  std::string head_;
  Sha256 hash_;
};

// One reading of a layer.
struct Reading {
  std::optional<InspectedLayer> layer;
  // When there is none:
  std::string why;                  // the worker ended
  std::optional<std::string> file;  // that it was parsing then
  bool out_of_memory = false;
};

class SandboxedInspector final : public LayerInspector {
 public:
  SandboxedInspector(std::unique_ptr<sandbox::WorkerHost> host, const SandboxOptions& options)
      : host_(std::move(host)), options_(options), memory_(options.memory_bytes) {}

  Result<InspectedLayer> Inspect(const LayerTask& task, const CallContext& context) override {
    RETURN_IF_ERROR(SayOnceWhatHolds());
    std::vector<std::string> left_out;
    std::vector<std::string> faults;
    bool roomy = false;
    while (true) {
      ASSIGN_OR_RETURN(Reading reading, Read(task, left_out, roomy, context));
      if (reading.layer) {
        InspectedLayer& layer = *reading.layer;
        if (!faults.empty()) layer.may_be_kept = false;
        layer.faults.insert(layer.faults.begin(), faults.begin(), faults.end());
        return std::move(layer);
      }
      if (reading.out_of_memory && !roomy) {
        roomy = true;
        continue;
      }
      if (!reading.file) {
        faults.push_back("layer " + task.layer.diff_id + " was left out: " + reading.why);
        return InspectedLayer{{}, std::move(faults), false};
      }
      faults.push_back("/" + *reading.file + " was left out: " + reading.why);
      if (left_out.size() == kMostLeftOut) {
        faults.push_back("layer " + task.layer.diff_id + " was left out: more than " +
                         std::to_string(kMostLeftOut) + " of its files cannot be parsed");
        return InspectedLayer{{}, std::move(faults), false};
      }
      left_out.push_back(*std::move(reading.file));
    }
  }

 private:
  Status SayOnceWhatHolds() {
    const std::lock_guard lock(mutex_);
    if (said_) return Ok();
    ASSIGN_OR_RETURN(const int landlock, host_->LandlockVersion());
    if (landlock > 0) {
      LogDebug("layers are read in a sandbox", {{"landlock", std::to_string(landlock)}});
    } else {
      LogInfo("layers are read in a sandbox without Landlock, which is not to be had here");
    }
    said_ = true;
    return Ok();
  }

  Result<Reading> Read(const LayerTask& task, const std::vector<std::string>& left_out, bool roomy,
                       const CallContext& context) {
    ASSIGN_OR_RETURN(
        const MemoryBudget::Share share,
        memory_.Take(roomy ? options_.memory_bytes : options_.memory_bytes / 2, context));
    InspectorSession session(task, context);
    RETURN_IF_ERROR(session.Start(*host_, {.memory_bytes = share.bytes(),
                                           .cpu_seconds = options_.layer_cpu_seconds,
                                           .file_bytes = Spool::kMostBytes}));
    StoredBytes stored;
    std::string begin;  // until it is known what the bytes are
    bool told = false;
    const auto give = [&](std::string_view piece) -> Status {
      if (told) return session.Give(piece);
      told = true;
      RETURN_IF_ERROR(session.SendTask(left_out, options_.file_cpu_seconds, !stored.ArePlain()));
      return session.Give(begin);
    };
    Status status =
        task.source.ReadLayer(task.layer, context, [&](std::string_view piece) -> Status {
          RETURN_IF_ERROR(context.Check());
          stored.Take(piece);
          if (!told) begin += piece;
          return told || stored.AreDetectable() ? give(piece) : Ok();
        });
    if (status.has_value() && !told) status = give({});
    const bool all_given = status.has_value();
    if (!all_given && !session.IsOver()) return status.error();
    RETURN_IF_ERROR(session.Finish());
    if (session.HasMisbehaved())
      return Reading{{}, "the process that parsed it did not behave", session.Parsing(), false};
    if (!session.IsDone()) return Explain(session, share.bytes());
    return Conclude(task, session, all_given ? &stored : nullptr);
  }

  // `stored` is null when the worker was done before all was read.
  static Result<Reading> Conclude(const LayerTask& task, InspectorSession& session,
                                  StoredBytes* stored) {
    if (stored != nullptr) RETURN_IF_ERROR(stored->Verify(task.layer));
    const InspectorResult& result = session.result();
    if (result.error) return *result.error;
    Result<LayerAnalysis> found = session.TakeFound();
    if (!found.has_value()) return Reading{{}, found.error().message, std::nullopt, false};
    InspectedLayer layer{*std::move(found), {}, false};
    layer.analysis.unpacked_bytes = result.unpacked_bytes;
    if (result.fault) {
      layer.faults.push_back("layer " + task.layer.diff_id + ": " + result.fault->message);
    } else if (stored == nullptr) {
      return Reading{{}, "the process that read it has not read all of it", std::nullopt, false};
    }
    // Without a digest of its own only a worker knows that compressed bytes are this layer's.
    const bool verified = stored != nullptr && (!task.layer.digest.empty() || stored->ArePlain());
    layer.may_be_kept = verified && layer.faults.empty();
    return Reading{std::move(layer), "", std::nullopt, false};
  }

  Result<Reading> Explain(const InspectorSession& session, uint64_t memory_bytes) const {
    ASSIGN_OR_RETURN(const sandbox::WorkerEnd end, session.WaitForEnd());
    Reading reading;
    reading.file = session.Parsing();
    using How = sandbox::WorkerEnd::How;
    if (end.how == How::kNotStarted) return FromErrno(end.number, "cannot start a process");
    if (end.how == How::kExited && end.number == sandbox::kUnconfined) {
      return FailedPrecondition(
          "layers cannot be read safely: this kernel, or the container's runtime, refuses filters "
          "of system calls (seccomp)");
    }
    if (end.how == How::kExited && end.number == sandbox::kMemoryExhausted) {
      reading.why = "it takes more than " + std::to_string(memory_bytes >> 20) + " MiB of memory";
      reading.out_of_memory = true;
    } else if (end.how == How::kExited && end.number == sandbox::kFileTimeExhausted) {
      reading.why = "parsing it takes more than " + std::to_string(options_.file_cpu_seconds) +
                    " s of processor time";
    } else if (end.how == How::kSignalled && (end.number == SIGXCPU || end.number == SIGKILL)) {
      reading.why = "the layer takes more than " + std::to_string(options_.layer_cpu_seconds) +
                    " s of processor time, or the process that reads it was killed";
    } else if (end.how == How::kSignalled && end.number == SIGSYS) {
      reading.why = "parsing it made the process do what it must not";
    } else if (end.how == How::kSignalled) {
      const char* const name = sigdescr_np(end.number);
      reading.why = "the process that parsed it crashed (" +
                    (name ? std::string(name) : std::to_string(end.number)) + ")";
    } else {
      reading.why = "the process that parsed it failed";
    }
    return reading;
  }

  const std::unique_ptr<sandbox::WorkerHost> host_;
  const SandboxOptions options_;
  MemoryBudget memory_;
  std::mutex mutex_;
  bool said_ = false;
};

}  // namespace

Result<std::unique_ptr<LayerInspector>> MakeSandboxedInspector(Extractors extractors,
                                                               const SandboxOptions& options) {
  static_cast<void>(Sha256Hex(""));  // what the library prepares then, workers have
  ASSIGN_OR_RETURN(
      auto host, sandbox::WorkerHost::Start(
                     [watchlist = Watchlist(extractors)](std::vector<FileDescriptor> descriptors) {
                       return RunInspectorWorker(watchlist, std::move(descriptors));
                     }));
  return std::unique_ptr<LayerInspector>(
      std::make_unique<SandboxedInspector>(std::move(host), options));
}

}  // namespace narrows::inventory::image
