#include "response/pod_change.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"

namespace narrows::response {
namespace {

namespace json = boost::json;

// RFC 6901 escapes.
std::string Pointer(std::string_view map, std::string_view key) {
  std::string path = "/metadata/" + std::string(map) + "/";
  for (const char c : key) {
    if (c == '~') {
      path += "~0";
    } else if (c == '/') {
      path += "~1";
    } else {
      path += c;
    }
  }
  return path;
}

// Builds the operations on one of the two maps, metadata.labels or metadata.annotations.
class MapPatch {
 public:
  MapPatch(std::string_view name, const json::object& metadata, json::array& operations)
      : name_(name),
        current_(JsonObject(metadata, name)),
        metadata_(metadata),
        operations_(operations) {}

  void Set(const std::string& key, const std::string& value) {
    const auto* now = Find(key);
    if (now && *now == json::value(value)) return;
    if (now) Test(key, *now);
    if (!now) NeedMap();
    operations_.push_back({{"op", "add"}, {"path", Pointer(name_, key)}, {"value", value}});
  }

  void Remove(const std::string& key) {
    const auto* now = Find(key);
    if (!now) return;
    Test(key, *now);
    operations_.push_back({{"op", "remove"}, {"path", Pointer(name_, key)}});
  }

  bool Has(const std::string& key) const { return Find(key) != nullptr; }
  const json::value* Find(const std::string& key) const {
    return current_ ? current_->if_contains(key) : nullptr;
  }

 private:
  void Test(const std::string& key, const json::value& value) {
    operations_.push_back({{"op", "test"}, {"path", Pointer(name_, key)}, {"value", value}});
  }

  // Adding the map itself would wipe out one that came meanwhile, so the whole pod must be
  // unchanged.
  void NeedMap() {
    if (current_ || made_) return;
    made_ = true;
    operations_.push_back({{"op", "test"},
                           {"path", "/metadata/resourceVersion"},
                           {"value", JsonString(metadata_, "resourceVersion")}});
    operations_.push_back(
        {{"op", "add"}, {"path", "/metadata/" + std::string(name_)}, {"value", json::object()}});
  }

  std::string_view name_;
  const json::object* current_;
  const json::object& metadata_;
  json::array& operations_;
  bool made_ = false;
};

}  // namespace

bool PodChange::empty() const { return *this == PodChange(); }

std::string PodChange::ToString() const {
  std::string text;
  const auto add = [&](std::string_view part) {
    text += (text.empty() ? "" : " ") + std::string(part);
  };
  for (const auto& [key, value] : set_labels) add("+" + key + "=" + value);
  for (const auto& [key, value] : put_back) add("+" + key + "=" + value);
  for (const std::string& key : remove_labels) add("-" + key);
  for (const auto& [key, value] : take_off) add("-" + key);
  return text;
}

Result<std::string> PodPatch(std::string_view pod_json, const PodChange& change) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(pod_json));
  const auto* root = document.if_object();
  const auto* metadata = root ? JsonObject(*root, "metadata") : nullptr;
  if (!metadata) return InvalidArgument("the pod has no metadata");
  json::array operations;
  operations.push_back(
      {{"op", "test"}, {"path", "/metadata/uid"}, {"value", JsonString(*metadata, "uid")}});
  MapPatch labels("labels", *metadata, operations);
  MapPatch annotations("annotations", *metadata, operations);
  for (const auto& [key, value] : change.set_annotations) annotations.Set(key, value);
  for (const std::string& key : change.remove_annotations) annotations.Remove(key);
  for (const auto& [key, value] : change.set_labels) labels.Set(key, value);
  for (const auto& [key, value] : change.take_off) {
    const auto* now = labels.Find(key);
    if (now && *now != json::value(value)) {
      return FailedPrecondition("label " + key + " of the pod has changed meanwhile");
    }
    labels.Remove(key);
  }
  for (const auto& [key, value] : change.put_back) {
    if (!labels.Has(key)) labels.Set(key, value);
  }
  for (const std::string& key : change.remove_labels) labels.Remove(key);
  if (operations.size() == 1) return "";
  return json::serialize(operations);
}

}  // namespace narrows::response
