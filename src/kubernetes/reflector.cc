#include "kubernetes/reflector.h"

#include <utility>

#include "base/log.h"
#include "kubernetes/backoff.h"
#include "kubernetes/objects.h"

namespace narrows::kubernetes {
namespace {

using Steady = std::chrono::steady_clock;

void Skip(const ResourceType& type, const Status& status) {
  if (status.has_value()) return;
  LogWarning("an object of the API server was passed over",
             {{"resource", type.plural}, {"reason", status.error().message}});
}

class Reflector {
 public:
  Reflector(ApiClient& client, const ResourceType& type, const ReflectorOptions& options,
            const CallContext& context, ObjectSink& sink)
      : client_(client),
        type_(type),
        options_(options),
        context_(context),
        sink_(sink),
        backoff_(options.least_delay, options.most_delay) {}

  Result<std::string> List();
  Status Run();

 private:
  Status ListByPages();
  Status ListByWatch();
  Status WatchOn();
  Status Pages(int limit, std::string* version);
  Status OnEvent(std::string_view text);

  bool Ended() const { return !context_.Check().has_value(); }

  void Progress() {
    backoff_.Reset();
    failures_ = 0;
    Recover();
  }

  void Recover() {
    if (std::exchange(troubled_, false)) sink_.Recovered();
  }

  WatchOptions Watching() const {
    return {.name_space = options_.name_space,
            .label_selector = options_.label_selector,
            .field_selector = options_.field_selector,
            .resource_version = version_};
  }

  ApiClient& client_;
  const ResourceType& type_;
  const ReflectorOptions& options_;
  const CallContext& context_;
  ObjectSink& sink_;
  Backoff backoff_;
  ObjectReader reader_;
  std::string version_;  // empty: a list is needed
  bool list_by_watch_ = true;
  int failures_ = 0;  // since something arrived last
  bool troubled_ = false;
};

// One pass over all pages. kOutOfRange when the list's snapshot has gone meanwhile.
Status Reflector::Pages(int limit, std::string* version) {
  ListOptions options{.name_space = options_.name_space,
                      .label_selector = options_.label_selector,
                      .field_selector = options_.field_selector,
                      .limit = limit};
  sink_.ListStarted();
  do {
    ASSIGN_OR_RETURN(const std::string body, client_.List(type_, options, context_));
    ASSIGN_OR_RETURN_WITHIN(ListPage page,
                            reader_.ReadList(body,
                                             [&](std::string_view item) {
                                               Skip(type_, sink_.Upsert(item));
                                               return Ok();
                                             }),
                            "list of " + type_.plural);
    options.continue_token = std::move(page.continue_token);
    *version = std::move(page.resource_version);
  } while (!options.continue_token.empty());
  sink_.ListFinished();
  return Ok();
}

Result<std::string> Reflector::List() {
  std::string version;
  auto listed = Pages(options_.page_size, &version);
  if (!listed.has_value() && listed.error().code == ErrorCode::kOutOfRange) {
    // The snapshot was compacted between two pages; without pages it cannot be.
    listed = Pages(0, &version);
  }
  RETURN_IF_ERROR(listed);
  return version;
}

Status Reflector::ListByPages() {
  ASSIGN_OR_RETURN(version_, List());
  sink_.Reached(version_);
  Progress();
  return Ok();
}

Status Reflector::OnEvent(std::string_view text) {
  ASSIGN_OR_RETURN(const WatchEvent event, reader_.ReadWatchEvent(text));
  switch (event.type) {
    case WatchEventType::kAdded:
    case WatchEventType::kModified:
      Skip(type_, sink_.Upsert(event.object));
      break;
    case WatchEventType::kDeleted:
      Skip(type_, sink_.Deleted(event.object));
      break;
    case WatchEventType::kBookmark:
      break;
  }
  version_ = event.resource_version;
  sink_.Reached(version_);
  Progress();
  return Ok();
}

// The list as events, then a watch in the same stream.
Status Reflector::ListByWatch() {
  WatchOptions options = Watching();
  options.send_initial_events = true;
  bool listed = false;
  sink_.ListStarted();
  auto ended = client_.Watch(type_, options, context_, [&](std::string_view text) -> Status {
    if (listed) return OnEvent(text);
    ASSIGN_OR_RETURN(const WatchEvent event, reader_.ReadWatchEvent(text));
    if (event.type != WatchEventType::kBookmark) {
      Skip(type_, event.type == WatchEventType::kDeleted ? sink_.Deleted(event.object)
                                                         : sink_.Upsert(event.object));
      return Ok();
    }
    // A server that does not know of initial events sends ordinary bookmarks.
    if (!event.initial_events_end) return Unimplemented("the watch sends no initial events");
    listed = true;
    version_ = event.resource_version;
    sink_.ListFinished();
    sink_.Reached(version_);
    Progress();
    return Ok();
  });
  if (listed) return ended;
  if (ended.has_value()) return Unimplemented("the watch ended within the initial events");
  return ended;
}

Status Reflector::WatchOn() {
  const auto started = Steady::now();
  bool any = false;
  WatchOptions options = Watching();
  // Of what seldom changes there may be no event for a minute.
  options.on_accepted = [this] { Recover(); };
  RETURN_IF_ERROR(client_.Watch(type_, options, context_, [&](std::string_view text) {
    any = true;
    return OnEvent(text);
  }));
  if (!any && Steady::now() - started < std::chrono::seconds(1)) {
    return Unavailable("the server ended the watch at once");
  }
  return Ok();
}

Status Reflector::Run() {
  while (!Ended()) {
    Status status = Ok();
    if (!version_.empty()) {
      status = WatchOn();
    } else if (list_by_watch_) {
      status = ListByWatch();
    } else {
      status = ListByPages();
    }
    if (status.has_value() || Ended()) continue;
    const Error& error = status.error();
    if (error.code == ErrorCode::kOutOfRange) {
      version_.clear();
      LogInfo("the watch's version is gone, listing again", {{"resource", type_.plural}});
    } else if (version_.empty() && list_by_watch_ &&
               (error.code == ErrorCode::kInvalidArgument ||
                error.code == ErrorCode::kUnimplemented)) {
      list_by_watch_ = false;
      continue;
    } else {
      LogDebug("watching the API server failed, trying again",
               {{"resource", type_.plural}, {"reason", error.message}});
      // A connection that breaks once is daily life.
      if (++failures_ > 1) {
        troubled_ = true;
        sink_.Trouble(error);
      }
    }
    (void)context_.SleepFor(backoff_.Next());
  }
  return context_.Check();
}

}  // namespace

Result<std::string> ListOnce(ApiClient& client, const ResourceType& type,
                             const ReflectorOptions& options, const CallContext& context,
                             ObjectSink& sink) {
  return Reflector(client, type, options, context, sink).List();
}

Status RunReflector(ApiClient& client, const ResourceType& type, const ReflectorOptions& options,
                    const CallContext& context, ObjectSink& sink) {
  return Reflector(client, type, options, context, sink).Run();
}

}  // namespace narrows::kubernetes
