#pragma once

// For tests and benchmarks: an API client that lists and watches what a subclass gives, and refuses
// the rest.

#include "kubernetes/api_client.h"

namespace narrows::kubernetes {

class ListOnlyClient : public ApiClient {
 public:
  Status Watch(const ResourceType&, const WatchOptions&, const CallContext&,
               const OnEvent&) override {
    return Refused();
  }
  Result<std::string> Get(const ObjectName&, const CallContext&) override { return Refused(); }
  Result<std::string> Create(const ResourceType&, std::string_view, std::string_view,
                             const CallContext&) override {
    return Refused();
  }
  Result<std::string> Apply(const ObjectName&, std::string_view, std::string_view,
                            const CallContext&) override {
    return Refused();
  }
  Result<std::string> Patch(const ObjectName&, PatchKind, std::string_view,
                            const CallContext&) override {
    return Refused();
  }
  Result<std::string> Replace(const ObjectName&, std::string_view, const CallContext&) override {
    return Refused();
  }
  Status Delete(const ObjectName&, std::string_view, const CallContext&) override {
    return Refused();
  }

 private:
  static Error Refused() { return Unimplemented("only lists and watches are answered"); }
};

}  // namespace narrows::kubernetes
