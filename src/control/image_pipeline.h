#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "findings/rescan.h"
#include "findings/scanner.h"
#include "model/image.h"

namespace narrows::control {

// One image that a container runs, as a pod names it, and what is needed to fetch it.
struct ImageRequest {
  std::string image;     // of the pod's spec
  std::string image_id;  // of its status; empty before the container started
  model::Platform platform;
  std::string name_space;
  std::string service_account;
  std::vector<std::string> pull_secrets;

  // Containers with the same key run the same image.
  std::string Key() const { return image_id + " " + platform.ToString(); }
};

// An analysed image with the findings of one state of the advisories. Immutable.
struct ScannedImage {
  std::shared_ptr<const model::ImageAnalysis>
      analysis;  // shared by the scans of one image; never null
  findings::ScanOutcome outcome;
  std::string database;  // identity of the advisories that were used; later ones may say the same
  std::string scanner;
  std::string scanner_version;
};

// What is known of an image at the moment: scanned, or a reason why not.
struct ImageKnowledge {
  std::shared_ptr<const ScannedImage> scanned;  // shared with whoever judges it; null: unknown
  std::string unknown_reason;
  bool pending = false;  // the reason is that it is being read right now
};

// A scanner together with the identity of the advisories it uses.
struct ActiveScanner {
  std::shared_ptr<const findings::Scanner>
      scanner;  // shared: in use by workers while it is replaced
  std::string database;
};

// What new advisories may judge otherwise.
struct Concern {
  std::vector<std::string> images;  // digests
  findings::Concerned package;      // of these, and of images that no store holds
};

struct ImagePipelineOptions {
  int workers = 2;
  std::chrono::milliseconds first_retry{10'000};  // doubled each time, with jitter
  std::chrono::milliseconds last_retry{600'000};
  std::chrono::milliseconds image_timeout{600'000};
};

// Reads and scans each image once, however many containers run it, in threads of its own. All
// members are thread-safe. Failures are retried with backoff and known as a reason meanwhile.
class ImagePipeline {
 public:
  // Fetches and analyses; called on the pipeline's threads.
  using Analyse =
      std::function<Result<model::ImageAnalysis>(const ImageRequest&, const CallContext&)>;
  // Knowledge of this key changed; called on the pipeline's threads, must not block.
  using OnChange = std::function<void(const std::string& key)>;

  virtual ~ImagePipeline() = default;

  // What is known now. An image not asked for before is queued.
  virtual ImageKnowledge Get(const ImageRequest& request) = 0;

  // Scans everything known anew, in the background.
  virtual void SetScanner(ActiveScanner scanner) = 0;
  // The same of the concerned images only, and of those that SetStored has not been told of: what
  // is known of the others holds with the new advisories too.
  virtual void SetScanner(ActiveScanner scanner, Concern concern) = 0;

  // A store holds these images, by digest, as they were read: whoever searches it for what new
  // advisories concern finds them.
  virtual void SetStored(const std::vector<std::string>& digests) = 0;

  // Forgets all keys but these; what runs no more needs no memory.
  virtual void Retain(const std::vector<std::string>& keys) = 0;

  // Until nothing is queued, running or waiting for its first attempt.
  virtual Status WaitIdle(const CallContext& context) = 0;

  struct Counts {
    size_t known = 0;
    size_t queued = 0;
    size_t failed = 0;
  };
  virtual Counts Count() const = 0;
};

std::unique_ptr<ImagePipeline> MakeImagePipeline(ImagePipelineOptions options,
                                                 ImagePipeline::Analyse analyse,
                                                 ImagePipeline::OnChange on_change);

}  // namespace narrows::control
