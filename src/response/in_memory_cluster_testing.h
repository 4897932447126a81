#pragma once

// For tests only: an API server's objects in memory, with the patches' semantics. Tests against a
// real API server are in tests/integration.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/strings.h"
#include "kubernetes/api_client.h"

namespace narrows::response {

class InMemoryCluster : public kubernetes::ApiClient {
 public:
  // "plural/namespace/name" → object.
  std::map<std::string, boost::json::value> objects;
  std::vector<std::string> calls;  // "patch pods/shop/a", …
  // May refuse a call; set by the test.
  std::function<Status(const std::string& call)> refuse = [](const std::string&) { return Ok(); };

  void Add(const std::string& key, const std::string& json) {
    objects[key] = boost::json::parse(json);
    Stamp(objects[key], key);
  }
  const boost::json::value* Find(const std::string& key) const {
    const auto object = objects.find(key);
    return object == objects.end() ? nullptr : &object->second;
  }

  Result<std::string> Get(const kubernetes::ObjectName& name, const CallContext&) override {
    const std::string key = Key(name);
    RETURN_IF_ERROR(Begin("get " + key));
    if (!objects.contains(key)) return NotFound(key + " not found");
    return boost::json::serialize(objects[key]);
  }
  Result<std::string> List(const kubernetes::ResourceType&, const kubernetes::ListOptions&,
                           const CallContext&) override {
    return Unimplemented("list");
  }
  Status Watch(const kubernetes::ResourceType&, const kubernetes::WatchOptions&, const CallContext&,
               const OnEvent&) override {
    return Unimplemented("watch");
  }
  Result<std::string> Create(const kubernetes::ResourceType& type, std::string_view name_space,
                             std::string_view body, const CallContext&) override {
    boost::json::value object = boost::json::parse(body);
    const std::string name(object.at("metadata").at("name").as_string());
    const std::string key = type.plural + "/" + std::string(name_space) + "/" + name;
    RETURN_IF_ERROR(Begin("create " + key));
    if (objects.contains(key)) return AlreadyExists(key + " already exists");
    Stamp(object, key);
    objects[key] = object;
    return boost::json::serialize(object);
  }
  Result<std::string> Apply(const kubernetes::ObjectName&, std::string_view, std::string_view,
                            const CallContext&) override {
    return Unimplemented("apply");
  }
  Result<std::string> Patch(const kubernetes::ObjectName& name, kubernetes::PatchKind kind,
                            std::string_view body, const CallContext&) override {
    const std::string key = Key(name);
    RETURN_IF_ERROR(Begin("patch " + key));
    if (!objects.contains(key)) return NotFound(key + " not found");
    boost::json::value object = objects[key];
    const boost::json::value patch = boost::json::parse(body);
    if (kind == kubernetes::PatchKind::kJson) {
      for (const auto& operation : patch.as_array()) RETURN_IF_ERROR(Step(object, operation));
    } else {
      Merge(object, patch);
    }
    Stamp(object, key);
    objects[key] = object;
    return boost::json::serialize(object);
  }
  Result<std::string> Replace(const kubernetes::ObjectName&, std::string_view,
                              const CallContext&) override {
    return Unimplemented("replace");
  }
  Status Delete(const kubernetes::ObjectName& name, std::string_view, const CallContext&) override {
    const std::string key = Key(name);
    RETURN_IF_ERROR(Begin("delete " + key));
    if (objects.erase(key) == 0) return NotFound(key + " not found");
    return Ok();
  }

 private:
  static std::string Key(const kubernetes::ObjectName& name) {
    return name.type.plural + "/" + name.name_space + "/" + name.name;
  }

  Status Begin(const std::string& call) {
    RETURN_IF_ERROR(refuse(call));
    calls.push_back(call);
    return Ok();
  }

  void Stamp(boost::json::value& object, const std::string& key) {
    auto& metadata = object.as_object()["metadata"];
    if (!metadata.is_object()) metadata.emplace_object();
    if (!metadata.as_object().contains("uid")) metadata.as_object()["uid"] = "uid-" + key;
    metadata.as_object()["resourceVersion"] = std::to_string(++version_);
  }

  // RFC 7396.
  static void Merge(boost::json::value& target, const boost::json::value& patch) {
    if (!patch.is_object()) {
      target = patch;
      return;
    }
    if (!target.is_object()) target.emplace_object();
    for (const auto& member : patch.as_object()) {
      if (member.value().is_null()) {
        target.as_object().erase(member.key());
      } else {
        Merge(target.as_object()[member.key()], member.value());
      }
    }
  }

  // RFC 6902, on object members only.
  static Status Step(boost::json::value& root, const boost::json::value& operation) {
    const std::string op(operation.at("op").as_string());
    const std::string path(operation.at("path").as_string());
    auto* parent = root.if_object();
    std::string last;
    const auto segments = Split(path, '/');
    for (size_t i = 1; i < segments.size(); ++i) {
      std::string segment;
      for (size_t c = 0; c < segments[i].size(); ++c) {
        if (segments[i][c] == '~') {
          segment += segments[i][++c] == '1' ? '/' : '~';
        } else {
          segment += segments[i][c];
        }
      }
      if (i + 1 == segments.size()) {
        last = segment;
      } else {
        auto* child = parent ? parent->if_contains(segment) : nullptr;
        parent = child ? child->if_object() : nullptr;
      }
    }
    if (!parent) return InvalidArgument("no such path " + path);
    const auto* value = parent->if_contains(last);
    if (op == "test" && (!value || *value != operation.at("value"))) {
      return InvalidArgument("test of " + path + " failed");
    }
    if (op == "remove" && parent->erase(last) == 0) return InvalidArgument("nothing at " + path);
    if (op == "add") (*parent)[last] = operation.at("value");
    return Ok();
  }

  int version_ = 0;
};

}  // namespace narrows::response
