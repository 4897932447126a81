#include "control/image_pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

namespace narrows::control {
namespace {

constexpr auto kLong = std::chrono::seconds(30);

// Finds one vulnerability named after the data base in every image.
class NamingScanner final : public findings::Scanner {
 public:
  explicit NamingScanner(std::string name) : name_(std::move(name)) {}
  std::string_view Name() const override { return "vulnerability"; }
  std::string_view Version() const override { return "1"; }
  Result<findings::ScanOutcome> Scan(const model::ImageAnalysis&,
                                     const CallContext&) const override {
    findings::ScanOutcome outcome;
    outcome.findings.emplace_back().vulnerability.id = name_;
    return outcome;
  }

 private:
  std::string name_;
};

ActiveScanner MakeScanner(const std::string& name) {
  return {std::make_shared<const NamingScanner>(name), name};
}

ImageRequest Request(const std::string& id) { return {"web:1", id, {}, "shop", "default", {}}; }

class ImagePipelineTest : public ::testing::Test {
 protected:
  void Start(ImagePipeline::Analyse analyse) {
    pipeline_ = MakeImagePipeline({.workers = 2, .first_retry = std::chrono::milliseconds(20)},
                                  std::move(analyse), [this](const std::string& key) {
                                    const std::lock_guard lock(mutex_);
                                    ++changes_[key];
                                  });
  }

  // Asks until the knowledge satisfies `done`.
  ImageKnowledge Await(const ImageRequest& request,
                       const std::function<bool(const ImageKnowledge&)>& done) {
    const CallContext context = CallContext::WithTimeout(kLong);
    while (true) {
      ImageKnowledge knowledge = pipeline_->Get(request);
      if (done(knowledge) || !context.SleepFor(std::chrono::milliseconds(5)).has_value())
        return knowledge;
    }
  }

  std::mutex mutex_;
  std::map<std::string, int> changes_;
  std::unique_ptr<ImagePipeline> pipeline_;
};

TEST_F(ImagePipelineTest, ReadsAnImageOnceForAllContainers) {
  std::atomic<int> reads{0};
  Start([&](const ImageRequest& request, const CallContext&) -> Result<model::ImageAnalysis> {
    ++reads;
    model::ImageAnalysis analysis;
    analysis.digest = request.image_id;
    return analysis;
  });
  pipeline_->SetScanner(MakeScanner("db1"));
  for (int i = 0; i < 20; ++i) (void)pipeline_->Get(Request("sha256:a"));
  ASSERT_TRUE(pipeline_->WaitIdle(CallContext::WithTimeout(kLong)).has_value());
  const ImageKnowledge knowledge = pipeline_->Get(Request("sha256:a"));
  ASSERT_TRUE(knowledge.scanned);
  EXPECT_EQ(knowledge.scanned->outcome.findings[0].vulnerability.id, "db1");
  EXPECT_EQ(reads, 1);
}

TEST_F(ImagePipelineTest, ANewDatabaseScansAnewWithoutReading) {
  std::atomic<int> reads{0};
  Start([&](const ImageRequest&, const CallContext&) -> Result<model::ImageAnalysis> {
    ++reads;
    return model::ImageAnalysis{};
  });
  pipeline_->SetScanner(MakeScanner("db1"));
  (void)Await(Request("sha256:a"), [](const auto& k) { return k.scanned != nullptr; });
  pipeline_->SetScanner(MakeScanner("db2"));
  const ImageKnowledge knowledge = Await(
      Request("sha256:a"), [](const auto& k) { return k.scanned && k.scanned->database == "db2"; });
  ASSERT_TRUE(knowledge.scanned);
  EXPECT_EQ(knowledge.scanned->database, "db2");
  EXPECT_EQ(reads, 1);
}

TEST_F(ImagePipelineTest, OnlyWhatANewDatabaseConcernsIsScannedAnew) {
  Start([&](const ImageRequest& request, const CallContext&) -> Result<model::ImageAnalysis> {
    model::ImageAnalysis analysis;
    analysis.digest = request.image_id;
    return analysis;
  });
  const auto database_of = [&](const std::string& digest) {
    return pipeline_->Get(Request(digest)).scanned->database;
  };
  const auto settle = [&] {
    ASSERT_TRUE(pipeline_->WaitIdle(CallContext::WithTimeout(kLong)).has_value());
  };
  pipeline_->SetScanner(MakeScanner("db1"));
  for (const char* digest : {"sha256:a", "sha256:b", "sha256:c"})
    (void)pipeline_->Get(Request(digest));
  settle();
  pipeline_->SetStored({"sha256:a", "sha256:b"});
  pipeline_->SetScanner(MakeScanner("db2"),
                        {{"sha256:b", "sha256:z"}, [](const model::Package&) { return true; }});
  settle();
  EXPECT_EQ(database_of("sha256:a"), "db1");
  EXPECT_EQ(database_of("sha256:b"), "db2");
  EXPECT_EQ(database_of("sha256:c"), "db2") << "nobody could find it in the store";
  (void)pipeline_->Get(Request("sha256:d"));
  settle();
  EXPECT_EQ(database_of("sha256:d"), "db2");
  pipeline_->SetScanner(MakeScanner("db3"));
  settle();
  EXPECT_EQ(database_of("sha256:a"), "db3");
  {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(changes_[Request("sha256:a").Key()], 2) << "nobody judges what did not change";
  }
}

TEST_F(ImagePipelineTest, FailuresAreReasonsAndRetried) {
  std::atomic<int> reads{0};
  Start([&](const ImageRequest&, const CallContext&) -> Result<model::ImageAnalysis> {
    if (++reads < 3) return Unavailable("registry is down");
    return model::ImageAnalysis{};
  });
  pipeline_->SetScanner(MakeScanner("db1"));
  const ImageKnowledge failed =
      Await(Request("sha256:a"), [](const auto& k) { return !k.pending; });
  EXPECT_FALSE(failed.scanned);
  EXPECT_EQ(failed.unknown_reason, "registry is down");
  const ImageKnowledge later =
      Await(Request("sha256:a"), [](const auto& k) { return k.scanned != nullptr; });
  EXPECT_TRUE(later.scanned);
  EXPECT_EQ(reads, 3);
}

TEST_F(ImagePipelineTest, WithoutAScannerNothingIsJudgedButItIsOnceThereIsOne) {
  Start([](const ImageRequest&, const CallContext&) -> Result<model::ImageAnalysis> {
    return model::ImageAnalysis{};
  });
  const ImageKnowledge before =
      Await(Request("sha256:a"), [](const auto& k) { return !k.pending; });
  EXPECT_EQ(before.unknown_reason, "there is no advisory database yet");
  pipeline_->SetScanner(MakeScanner("db1"));
  EXPECT_TRUE(
      Await(Request("sha256:a"), [](const auto& k) { return k.scanned != nullptr; }).scanned);
}

TEST_F(ImagePipelineTest, AContainerThatHasNotStartedIsNotQueued) {
  Start([](const ImageRequest&, const CallContext&) -> Result<model::ImageAnalysis> {
    return model::ImageAnalysis{};
  });
  EXPECT_EQ(pipeline_->Get(Request("")).unknown_reason, "the container has not started yet");
  EXPECT_EQ(pipeline_->Count().known, 0u);
}

TEST_F(ImagePipelineTest, RetainForgetsTheRest) {
  Start([](const ImageRequest&, const CallContext&) -> Result<model::ImageAnalysis> {
    return model::ImageAnalysis{};
  });
  pipeline_->SetScanner(MakeScanner("db1"));
  const ImageRequest request = Request("sha256:a");
  EXPECT_TRUE(Await(request, [](const auto& k) { return k.scanned != nullptr; }).scanned);
  pipeline_->Retain({});
  EXPECT_EQ(pipeline_->Count().known, 0u);
}

}  // namespace
}  // namespace narrows::control
