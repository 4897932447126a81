#include "control/image_pipeline.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "assessment/assess.h"
#include "base/log.h"

namespace narrows::control {
namespace {

using SteadyTime = CallContext::Steady::time_point;

// What the pipeline holds of one image.
struct Entry {
  ImageRequest request;
  std::shared_ptr<const model::ImageAnalysis> analysis;  // shared with the worker that scans it
  ImageKnowledge knowledge{nullptr, std::string(assessment::kNotReadYet), true};
  // All that differs from `knowledge` with the scanner of now; null: anything may.
  std::shared_ptr<const Concern> concern;
  bool queued = false;  // or being worked on
  bool again = false;   // queue once more when the worker is done with it
  int failures = 0;
  std::optional<SteadyTime> retry_at;
};

class ThreadedImagePipeline final : public ImagePipeline {
 public:
  ThreadedImagePipeline(ImagePipelineOptions options, Analyse analyse, OnChange on_change)
      : options_(options), analyse_(std::move(analyse)), on_change_(std::move(on_change)) {
    for (int i = 0; i < options_.workers; ++i)
      workers_.emplace_back([this](std::stop_token stop) { Work(std::move(stop)); });
  }

  ~ThreadedImagePipeline() override {
    for (std::jthread& worker : workers_) worker.request_stop();
    workers_.clear();
  }

  ImageKnowledge Get(const ImageRequest& request) override {
    if (request.image_id.empty()) return {nullptr, std::string(assessment::kNotStartedYet), false};
    const std::lock_guard lock(mutex_);
    const auto [it, added] = entries_.try_emplace(request.Key());
    Entry& entry = it->second;
    // The newest pod's secrets are the ones most likely to be valid.
    entry.request = request;
    if (added) Enqueue(it->first, entry);
    return entry.knowledge;
  }

  void SetScanner(ActiveScanner scanner) override {
    const std::lock_guard lock(mutex_);
    scanner_ = std::move(scanner);
    for (auto& [key, entry] : entries_) {
      entry.concern.reset();
      if (entry.analysis || !entry.retry_at) Enqueue(key, entry);
    }
  }

  void SetScanner(ActiveScanner scanner, Concern concern) override {
    // Shared by all entries that it makes wait.
    const auto shared = std::make_shared<const Concern>(std::move(concern));
    const std::set<std::string_view> digests(shared->images.begin(), shared->images.end());
    const std::lock_guard lock(mutex_);
    scanner_ = std::move(scanner);
    for (auto& [key, entry] : entries_) {
      entry.concern.reset();
      // What is queued may be with a worker already, who uses the old scanner.
      const bool known = !entry.queued && entry.failures == 0 && entry.knowledge.scanned;
      if (known) {
        const std::string& digest = entry.analysis->digest;
        if (stored_.contains(digest) && !digests.contains(digest)) continue;
        entry.concern = shared;
      }
      if (entry.analysis || !entry.retry_at) Enqueue(key, entry);
    }
  }

  void SetStored(const std::vector<std::string>& digests) override {
    const std::lock_guard lock(mutex_);
    stored_.insert(digests.begin(), digests.end());
  }

  void Retain(const std::vector<std::string>& keys) override {
    const std::set<std::string_view> kept(keys.begin(), keys.end());
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& item) {
      return !item.second.queued && !kept.contains(item.first);
    });
    std::set<std::string, std::less<>> used;
    for (const auto& [key, entry] : entries_) {
      if (entry.analysis) used.insert(entry.analysis->digest);
    }
    // What runs no more may go from the store too.
    std::erase_if(stored_, [&](const std::string& digest) { return !used.contains(digest); });
  }

  Status WaitIdle(const CallContext& context) override {
    std::unique_lock lock(mutex_);
    while (true) {
      if (busy_ == 0) return Ok();
      idle_.wait_for(lock, context.stop,
                     std::min(context.Remaining(), std::chrono::milliseconds(1000)),
                     [&] { return busy_ == 0; });
      if (busy_ != 0) RETURN_IF_ERROR(context.Check());
    }
  }

  Counts Count() const override {
    const std::lock_guard lock(mutex_);
    Counts counts{entries_.size(), busy_, 0};
    for (const auto& [key, entry] : entries_) counts.failed += entry.failures > 0 ? 1 : 0;
    return counts;
  }

 private:
  // The lock is held.
  void Enqueue(const std::string& key, Entry& entry) {
    if (entry.queued) {
      entry.again = true;
      return;
    }
    entry.queued = true;
    entry.retry_at.reset();
    ++busy_;
    queue_.push_back(key);
    woken_.notify_one();
  }

  // The lock is held. Queues what is due and returns when the next is.
  std::optional<SteadyTime> EnqueueDue() {
    std::optional<SteadyTime> next;
    const SteadyTime now = CallContext::Steady::now();
    for (auto& [key, entry] : entries_) {
      if (!entry.retry_at) continue;
      if (*entry.retry_at <= now) {
        Enqueue(key, entry);
      } else if (!next || *entry.retry_at < *next) {
        next = entry.retry_at;
      }
    }
    return next;
  }

  void Work(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      const auto next = EnqueueDue();
      if (queue_.empty()) {
        const auto until = next.value_or(CallContext::Steady::now() + std::chrono::seconds(60));
        woken_.wait_until(lock, stop, until, [&] { return !queue_.empty(); });
        continue;
      }
      const std::string key = std::move(queue_.front());
      queue_.pop_front();
      Process(key, stop, lock);
    }
  }

  // Takes the lock off while it analyses and scans.
  void Process(const std::string& key, const std::stop_token& stop,
               std::unique_lock<std::mutex>& lock) {
    const ImageRequest request = entries_[key].request;
    std::shared_ptr<const model::ImageAnalysis> analysis = entries_[key].analysis;
    const ActiveScanner scanner = scanner_;
    const std::shared_ptr<const Concern> concern = std::move(entries_[key].concern);
    const std::shared_ptr<const ScannedImage> before = entries_[key].knowledge.scanned;
    lock.unlock();

    const CallContext context = CallContext::WithTimeout(options_.image_timeout, stop);
    Result<std::shared_ptr<const ScannedImage>> scanned =
        concern ? ScanAgain(*before, *concern, scanner, context)
                : Scan(request, scanner, analysis, context);

    lock.lock();
    --busy_;
    Entry& entry = entries_[key];
    entry.queued = false;
    entry.analysis = std::move(analysis);
    Record(entry, std::move(scanned));
    if (std::exchange(entry.again, false)) Enqueue(key, entry);
    lock.unlock();
    on_change_(key);
    lock.lock();
    if (busy_ == 0) idle_.notify_all();
  }

  // Sets `analysis` once the image has been read, also when the scan fails.
  Result<std::shared_ptr<const ScannedImage>> Scan(
      const ImageRequest& request, const ActiveScanner& scanner,
      std::shared_ptr<const model::ImageAnalysis>& analysis, const CallContext& context) const {
    if (!analysis) {
      ASSIGN_OR_RETURN(model::ImageAnalysis read, analyse_(request, context));
      analysis = std::make_shared<const model::ImageAnalysis>(std::move(read));
    }
    if (!scanner.scanner) return Unavailable(std::string(assessment::kNoDatabaseYet));
    ASSIGN_OR_RETURN(findings::ScanOutcome outcome, scanner.scanner->Scan(*analysis, context));
    return Scanned(analysis, std::move(outcome), scanner);
  }

  static Result<std::shared_ptr<const ScannedImage>> ScanAgain(const ScannedImage& before,
                                                               const Concern& concern,
                                                               const ActiveScanner& scanner,
                                                               const CallContext& context) {
    ASSIGN_OR_RETURN(findings::ScanOutcome outcome,
                     findings::Rescan(*scanner.scanner, *before.analysis, before.outcome,
                                      concern.package, context));
    return Scanned(before.analysis, std::move(outcome), scanner);
  }

  static std::shared_ptr<const ScannedImage> Scanned(
      std::shared_ptr<const model::ImageAnalysis> analysis, findings::ScanOutcome outcome,
      const ActiveScanner& scanner) {
    return std::make_shared<const ScannedImage>(ScannedImage{
        std::move(analysis), std::move(outcome), scanner.database,
        std::string(scanner.scanner->Name()), std::string(scanner.scanner->Version())});
  }

  // The lock is held.
  void Record(Entry& entry, Result<std::shared_ptr<const ScannedImage>> scanned) {
    if (scanned.has_value()) {
      entry.failures = 0;
      entry.retry_at.reset();
      entry.knowledge = {*std::move(scanned), "", false};
      return;
    }
    const Error& error = scanned.error();
    // What is already known stays known: an image does not change, only its advisories.
    if (!entry.knowledge.scanned) entry.knowledge = {nullptr, error.message, false};
    if (entry.failures == 0) {
      LogWarning("an image cannot be judged",
                 {{"image", entry.request.image}, {"reason", error.message}});
    }
    ++entry.failures;
    const auto doubled = options_.first_retry * (1 << std::min(entry.failures - 1, 10));
    const auto delay = std::min<std::chrono::milliseconds>(doubled, options_.last_retry);
    std::uniform_real_distribution<double> jitter(0.8, 1.2);
    entry.retry_at = CallContext::Steady::now() +
                     std::chrono::duration_cast<std::chrono::milliseconds>(delay * jitter(random_));
  }

  const ImagePipelineOptions options_;
  const Analyse analyse_;
  const OnChange on_change_;

  mutable std::mutex mutex_;
  std::condition_variable_any woken_;
  std::condition_variable_any idle_;
  std::map<std::string, Entry> entries_;
  std::set<std::string, std::less<>> stored_;  // digests
  std::deque<std::string> queue_;
  size_t busy_ = 0;  // queued or being worked on
  ActiveScanner scanner_;
  std::minstd_rand random_{std::random_device{}()};
  std::vector<std::jthread> workers_;  // last: they use all of the above
};

}  // namespace

std::unique_ptr<ImagePipeline> MakeImagePipeline(ImagePipelineOptions options,
                                                 ImagePipeline::Analyse analyse,
                                                 ImagePipeline::OnChange on_change) {
  return std::make_unique<ThreadedImagePipeline>(options, std::move(analyse), std::move(on_change));
}

}  // namespace narrows::control
