// What a worker says that behaves as no inspector does.
#include "inventory/image/inspector_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inventory/image/test_image.h"

namespace narrows::inventory::image {
namespace {

using sandbox::MessageSocket;

// A conversation with a worker that says `messages` and, on the other connection, `requests`.
class Conversation {
 public:
  explicit Conversation(std::vector<std::string> messages, std::vector<std::string> requests = {})
      : host_(*sandbox::WorkerHost::Start(
            [messages, requests](std::vector<FileDescriptor> descriptors) {
              const MessageSocket channel(std::move(descriptors.at(0)));
              const MessageSocket other(std::move(descriptors.at(1)));
              for (const std::string& request : requests)
                if (!other.Send(request).has_value()) return 1;
              for (const std::string& message : messages)
                if (!channel.Send(message).has_value()) return 1;
              while (true) {  // until nobody listens
                const auto heard = channel.Receive();
                if (!heard.has_value() || !*heard) return 0;
              }
            })),
        image_({std::string(1024, '\0')}) {}

  // True when the worker was heard to its end.
  bool IsUnderstood() {
    const LayerTask task{image_, image_.layers[0], watchlist_, limits_, spool_};
    const CallContext context = CallContext::WithTimeout(std::chrono::seconds(30));
    InspectorSession session(task, context);
    EXPECT_TRUE(session.Start(*host_, {}).has_value());
    const Status finished = session.Finish();
    EXPECT_TRUE(finished.has_value());
    EXPECT_TRUE(session.IsOver());
    return !session.HasMisbehaved() && session.IsDone() && session.TakeFound().has_value();
  }

  DiskSpool spool_;

 private:
  const std::unique_ptr<sandbox::WorkerHost> host_;
  TestImage image_;
  const Watchlist watchlist_{{}};
  const registry::LayerLimits limits_;
};

std::string Sized(const std::string& piece) {
  ByteWriter writer;
  writer.Text(piece);
  return writer.Take();
}

const std::string kNothing = "f" + Sized(EncodeLayer({}));
const std::string kDone = "d" + Encode(InspectorResult{});

std::string Asking(InspectorRequest request, uint64_t bytes) {
  ByteWriter writer;
  writer.Raw(std::string(1, static_cast<char>(request)));
  writer.Long(bytes);
  return writer.Take();
}

TEST(InspectorSession, HearsAWorkerInPartsOfAnySize) {
  EXPECT_TRUE(Conversation({kNothing, kDone}).IsUnderstood());
  std::vector<std::string> parts;
  for (const char byte : kNothing.substr(1)) parts.push_back(std::string("f") + byte);
  parts.push_back(kDone);
  EXPECT_TRUE(Conversation(parts).IsUnderstood());
}

TEST(InspectorSession, HearsNoFurtherWhatNoInspectorSays) {
  EXPECT_FALSE(Conversation({"?"}).IsUnderstood());
  EXPECT_FALSE(Conversation({"s"}).IsUnderstood());
  EXPECT_FALSE(Conversation({std::string("s\xff\xff\xff\x7f", 5)}).IsUnderstood());
  EXPECT_FALSE(Conversation({std::string("f\xff\xff\xff\xff", 5)}).IsUnderstood());
  EXPECT_FALSE(Conversation({"f" + Sized("not a layer"), kDone}).IsUnderstood());
  EXPECT_FALSE(Conversation({kNothing.substr(0, 8), kDone}).IsUnderstood());
  EXPECT_FALSE(Conversation({kNothing, kNothing, kDone}).IsUnderstood());
  EXPECT_FALSE(Conversation({kDone}).IsUnderstood());  // nothing was found, not even an end
  EXPECT_FALSE(Conversation({kNothing, kDone + "x"}).IsUnderstood());
}

TEST(InspectorSession, GivesNoMoreOfTheSpoolThanAnInspectorTakes) {
  using Request = InspectorRequest;
  EXPECT_FALSE(Conversation({}, {"?"}).IsUnderstood());
  EXPECT_FALSE(Conversation({}, {Asking(Request::kGiveSpaceBack, 1)}).IsUnderstood());
  EXPECT_FALSE(Conversation({}, {Asking(Request::kOpenFile, 0), Asking(Request::kOpenFile, 0)})
                   .IsUnderstood());
  Conversation twice({}, {Asking(Request::kTakeSpace, 5), Asking(Request::kTakeSpace, 5)});
  EXPECT_FALSE(twice.IsUnderstood());
  EXPECT_TRUE(twice.spool_.Take(Spool::kMostBytes).has_value());  // all of it is free again
}

}  // namespace
}  // namespace narrows::inventory::image
