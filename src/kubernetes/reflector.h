#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::kubernetes {

// Receives what a reflector sees, from its one thread.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;

  // A list begins: what is not upserted before the next ListFinished is gone. A list that broke off
  // is begun anew.
  virtual void ListStarted() = 0;
  virtual void ListFinished() = 0;
  // The JSON text of an object, valid for the call; list items lack kind and apiVersion. What
  // cannot be read is an Error: it is logged and passed over.
  virtual Status Upsert(std::string_view object) = 0;
  virtual Status Deleted(std::string_view object) = 0;
  // What has been handed over is the state at this resourceVersion: after a list, an event or a
  // bookmark.
  virtual void Reached(const std::string& resource_version) { (void)resource_version; }
  // Two tries in a row have failed (nothing new arrives; the reflector goes on trying), and each
  // further one; or it works again.
  virtual void Trouble(const Error& error) = 0;
  virtual void Recovered() = 0;
};

struct ReflectorOptions {
  std::string name_space;
  std::string label_selector;
  std::string field_selector;
  int page_size = 500;
  std::chrono::milliseconds least_delay{200};  // between tries, doubled up to the most, with jitter
  std::chrono::milliseconds most_delay{30'000};
};

// Lists all objects of a type once, in pages: ListStarted, Upsert…, ListFinished. The list's
// resourceVersion.
Result<std::string> ListOnce(ApiClient& client, const ResourceType& type,
                             const ReflectorOptions& options, const CallContext& context,
                             ObjectSink& sink);

// Keeps `sink` level with the API server until the context ends, and returns that Error. The list
// comes through the watch itself where the server offers it (sendInitialEvents), else in pages; a
// watch that breaks goes on from the last version seen, bookmarks included; when that version is
// gone (410) everything is listed again. No failure ends it.
Status RunReflector(ApiClient& client, const ResourceType& type, const ReflectorOptions& options,
                    const CallContext& context, ObjectSink& sink);

}  // namespace narrows::kubernetes
