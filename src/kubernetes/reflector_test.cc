#include "kubernetes/reflector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "kubernetes/list_only_client_testing.h"
#include "kubernetes/objects.h"
#include "kubernetes/resource_types.h"

namespace narrows::kubernetes {
namespace {

using ::testing::ElementsAre;

std::string Object(const std::string& name, int version) {
  return R"({"metadata":{"name":")" + name + R"(","resourceVersion":")" + std::to_string(version) +
         R"("}})";
}

std::string Event(const std::string& type, const std::string& name, int version) {
  return R"({"type":")" + type + R"(","object":)" + Object(name, version) + "}";
}

std::string InitialEnd(int version) {
  return R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":")" +
         std::to_string(version) + R"(","annotations":{"k8s.io/initial-events-end":"true"}}}})";
}

// Answers each call from a script; when that is used up, a watch waits for the end.
class ScriptedApi : public ListOnlyClient {
 public:
  struct Step {
    std::vector<std::string> events;  // of a watch
    std::string body;                 // of a list
    Status end = Ok();
    bool accepted = false;  // a watch that the server takes on
  };
  std::deque<Step> steps;
  std::vector<std::string> calls;
  std::mutex mutex;

  Result<std::string> List(const ResourceType&, const ListOptions& options,
                           const CallContext&) override {
    const std::lock_guard lock(mutex);
    calls.push_back("list " + std::to_string(options.limit) + ' ' + options.continue_token);
    const Step step = steps.front();
    steps.pop_front();
    if (!step.end.has_value()) return step.end.error();
    return step.body;
  }
  Status Watch(const ResourceType&, const WatchOptions& options, const CallContext& context,
               const OnEvent& on_event) override {
    Step step;
    {
      const std::lock_guard lock(mutex);
      calls.push_back("watch " + options.resource_version +
                      (options.send_initial_events ? "initial" : ""));
      if (!steps.empty()) {
        step = steps.front();
        steps.pop_front();
      } else {
        step.end = Unimplemented("wait");
      }
    }
    if (step.accepted && options.on_accepted) options.on_accepted();
    for (const std::string& event : step.events) RETURN_IF_ERROR(on_event(event));
    if (!step.end.has_value() && step.end.error().message == "wait") {
      return context.SleepFor(std::chrono::hours(1));
    }
    return step.end;
  }
};

// What the sink was told, in words; objects by name and version.
class Recorder : public ObjectSink {
 public:
  void ListStarted() override { Say("start"); }
  void ListFinished() override { Say("finish"); }
  void Reached(const std::string& resource_version) override {
    reached.push_back(resource_version);  // of the reflector's thread
  }
  Status Upsert(std::string_view object) override { return SayObject("+", object); }
  Status Deleted(std::string_view object) override { return SayObject("-", object); }
  void Trouble(const Error&) override { Say("trouble"); }
  void Recovered() override { Say("recovered"); }

  std::vector<std::string> reached;

  bool WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return said_.size() >= count; });
  }
  std::vector<std::string> said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  Status SayObject(const std::string& what, std::string_view object) {
    ASSIGN_OR_RETURN(const ObjectMeta meta, reader_.ReadMeta(object));
    Say(what + meta.name + meta.resource_version);
    return Ok();
  }
  void Say(std::string what) {
    const std::lock_guard lock(mutex_);
    said_.push_back(std::move(what));
    changed_.notify_all();
  }

  ObjectReader reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> said_;
};

class ReflectorTest : public ::testing::Test {
 protected:
  // Runs until `count` things were said, then stops.
  std::vector<std::string> Run(size_t count) {
    std::stop_source stop;
    ReflectorOptions options;
    options.least_delay = options.most_delay = std::chrono::milliseconds(1);
    Status ended = Ok();
    std::thread thread([&] {
      ended =
          RunReflector(api_, kPods, options,
                       CallContext::WithTimeout(std::chrono::minutes(1), stop.get_token()), sink_);
    });
    EXPECT_TRUE(sink_.WaitFor(count));
    stop.request_stop();
    thread.join();
    EXPECT_EQ(ended.error().code, ErrorCode::kCancelled);
    return sink_.said();
  }

  ScriptedApi api_;
  Recorder sink_;
};

std::string List(int version, const std::string& next, const std::string& items) {
  return R"({"metadata":{"resourceVersion":")" + std::to_string(version) + R"(","continue":")" +
         next + R"("},"items":[)" + items + "]}";
}

TEST_F(ReflectorTest, ListsByTheWatchWhereOffered) {
  api_.steps = {{.events = {Event("ADDED", "a", 1), Event("ADDED", "b", 2), InitialEnd(3),
                            Event("MODIFIED", "a", 4), Event("DELETED", "b", 5)}}};
  EXPECT_THAT(Run(6), ElementsAre("start", "+a1", "+b2", "finish", "+a4", "-b5"));
  EXPECT_EQ(api_.calls[0], "watch initial");
  ASSERT_LE(api_.calls.size(), 2u);
  EXPECT_EQ(api_.calls.back(), api_.calls.size() == 1 ? "watch initial" : "watch 5");
  EXPECT_THAT(sink_.reached, ElementsAre("3", "4", "5"));
}

TEST_F(ReflectorTest, ListsInPagesWhereRefused) {
  api_.steps = {{.end = InvalidArgument("sendInitialEvents is forbidden")},
                {.body = List(7, "next", Object("a", 1))},
                {.body = List(7, "", Object("b", 2) + ",{\"metadata\":{}}")},
                {.events = {Event("ADDED", "c", 8)}}};
  EXPECT_THAT(Run(6), ElementsAre("start", "start", "+a1", "+b2", "finish", "+c8"));
  EXPECT_THAT(sink_.reached, ElementsAre("7", "8"));
  api_.calls.resize(4);
  EXPECT_THAT(api_.calls, ElementsAre("watch initial", "list 500 ", "list 500 next", "watch 7"));
}

TEST_F(ReflectorTest, AServerThatIgnoresInitialEventsIsNoticed) {
  api_.steps = {{.events = {Event("ADDED", "a", 1), Event("BOOKMARK", "", 2)}},
                {.body = List(3, "", Object("a", 1))}};
  EXPECT_THAT(Run(5), ElementsAre("start", "+a1", "start", "+a1", "finish"));
}

TEST_F(ReflectorTest, ABrokenWatchGoesOnFromTheLastVersion) {
  api_.steps = {{.events = {InitialEnd(3), Event("ADDED", "a", 4)}, .end = Unavailable("reset")},
                {.events = {Event("BOOKMARK", "", 9)}},
                {.events = {Event("ADDED", "b", 10)}}};
  EXPECT_THAT(Run(4), ElementsAre("start", "finish", "+a4", "+b10"));
  EXPECT_THAT(sink_.reached, ElementsAre("3", "4", "9", "10"));
  EXPECT_EQ(api_.calls[1], "watch 4");
  EXPECT_EQ(api_.calls[2], "watch 9");
}

TEST_F(ReflectorTest, AVersionThatIsGoneIsListedAgain) {
  api_.steps = {{.events = {InitialEnd(3)}},
                {.end = OutOfRange("410")},
                {.events = {Event("ADDED", "a", 20), InitialEnd(21)}}};
  EXPECT_THAT(Run(5), ElementsAre("start", "finish", "start", "+a20", "finish"));
}

TEST_F(ReflectorTest, APageThatIsGoneStartsOneWholeList) {
  api_.steps = {{.body = List(7, "next", Object("a", 1))},
                {.end = OutOfRange("the provided continue parameter is too old")},
                {.body = List(9, "", Object("b", 8))}};
  const auto version =
      ListOnce(api_, kPods, {}, CallContext::WithTimeout(std::chrono::seconds(30)), sink_);
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(*version, "9");
  EXPECT_THAT(api_.calls, ElementsAre("list 500 ", "list 500 next", "list 0 "));
  EXPECT_THAT(sink_.said(), ElementsAre("start", "+a1", "start", "+b8", "finish"));
}

TEST_F(ReflectorTest, AServerThatIsDownIsTriedOn) {
  api_.steps = {{.end = Unavailable("refused")},
                {.end = Unavailable("refused")},
                {.end = PermissionDenied("forbidden")},
                {.events = {InitialEnd(1)}}};
  EXPECT_THAT(Run(8), ElementsAre("start", "start", "trouble", "start", "trouble", "start",
                                  "finish", "recovered"));
}

TEST_F(ReflectorTest, AWatchThatIsTakenOnEndsTheTroubleBeforeAnyEvent) {
  api_.steps = {{.events = {InitialEnd(1)}},
                {.end = Unavailable("refused")},
                {.end = Unavailable("refused")},
                {.end = Unimplemented("wait"), .accepted = true}};
  EXPECT_THAT(Run(4), ElementsAre("start", "finish", "trouble", "recovered"));
}

TEST_F(ReflectorTest, EventsThatCannotBeReadMakeItListAgainOrTryOn) {
  api_.steps = {{.events = {InitialEnd(3), "garbage"}}, {.events = {Event("ADDED", "a", 4)}}};
  EXPECT_THAT(Run(3), ElementsAre("start", "finish", "+a4"));
}

}  // namespace
}  // namespace narrows::kubernetes
