#include "base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <string>
#include <utility>

#include "base/strings.h"

namespace narrows {
namespace {

namespace json = boost::json;

// Leaves the parser, which knows no other way to be stopped; caught in ParseYamlDocuments.
struct Refusal {
  Error error;
};

std::string Place(const YAML::Mark& mark) {
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

std::optional<bool> AsBool(std::string_view text) {
  for (const std::string_view word :
       {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
    if (text == word) return true;
  }
  for (const std::string_view word :
       {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

bool LooksLikeFloat(std::string_view text) {
  return text.find_first_not_of("+-.0123456789eE") == text.npos &&
         text.find_first_of("0123456789") != text.npos;
}

json::value FromPlain(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return nullptr;
  }
  if (const auto flag = AsBool(text)) return *flag;
  if (const auto number = ParseInt(text)) return *number;
  if (LooksLikeFloat(text)) {
    const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
    const char* end = text.data() + text.size();
    double number = 0;
    const auto [rest, code] = std::from_chars(begin, end, number);
    if (code == std::errc() && rest == end && std::isfinite(number)) return number;
  }
  return json::string(text);
}

std::string KeyText(const json::value& key) {
  if (const auto* text = key.if_string()) return std::string(*text);
  return json::serialize(key);
}

size_t Count(const json::value& value) {
  size_t count = 1;
  if (const auto* array = value.if_array()) {
    for (const json::value& element : *array) count += Count(element);
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) count += Count(member.value());
  }
  return count;
}

size_t Depth(const json::value& value) {
  size_t deepest = 0;
  if (const auto* array = value.if_array()) {
    for (const json::value& element : *array) deepest = std::max(deepest, Depth(element));
  } else if (const auto* object = value.if_object()) {
    for (const auto& member : *object) deepest = std::max(deepest, Depth(member.value()));
  }
  return deepest + 1;
}

class JsonBuilder final : public YAML::EventHandler {
 public:
  explicit JsonBuilder(const YamlLimits& limits) : limits_(limits) {}

  std::vector<PlacedYaml> TakeDocuments() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark&) override { anchors_.clear(); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(mark, anchor, nullptr);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?" || tag.empty();
    Add(mark, anchor, plain ? FromPlain(value) : json::value(json::string(value)));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw Refusal{InvalidArgument("an alias to something around it, at " + Place(mark))};
    }
    values_ += Count(found->second);
    CheckDepth(mark, Depth(found->second));
    Add(mark, YAML::NullAnchor, found->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, anchor, json::array());
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, anchor, json::object());
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    json::value value;
    YAML::anchor_t anchor;
    YAML::Mark mark;
    std::optional<std::string> key = std::nullopt;  // of a map, once read
    int key_line = 0;
    std::vector<YamlPlace> places = {};
  };

  void CheckDepth(const YAML::Mark& mark, size_t more) const {
    if (open_.size() + more > limits_.depth) {
      throw Refusal{ResourceExhausted("YAML nested more than " + std::to_string(limits_.depth) +
                                      " deep at " + Place(mark))};
    }
  }

  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, json::value empty) {
    CheckDepth(mark, 1);
    open_.push_back({std::move(empty), anchor, mark});
  }

  void Close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    Add(level.mark, level.anchor, std::move(level.value), std::move(level.places));
  }

  void Add(const YAML::Mark& mark, YAML::anchor_t anchor, json::value value,
           std::vector<YamlPlace> places = {}) {
    if (++values_ > limits_.values) {
      throw Refusal{
          ResourceExhausted("YAML of more than " + std::to_string(limits_.values) + " values")};
    }
    if (anchor != YAML::NullAnchor) anchors_[anchor] = value;
    if (open_.empty()) {
      documents_.push_back({std::move(value), {mark.line + 1, std::move(places)}});
      return;
    }
    Level& level = open_.back();
    if (auto* array = level.value.if_array()) {
      array->push_back(std::move(value));
      level.places.push_back({mark.line + 1, std::move(places)});
    } else if (!level.key) {
      level.key = KeyText(value);
      level.key_line = mark.line + 1;
    } else {
      auto& object = level.value.as_object();
      if (!object.emplace(*level.key, std::move(value)).second) {
        throw Refusal{InvalidArgument("the key \"" + Printable(*level.key) +
                                      "\" occurs twice, at " + Place(mark))};
      }
      level.places.push_back({level.key_line, std::move(places)});
      level.key.reset();
    }
  }

  const YamlLimits& limits_;
  size_t values_ = 0;
  std::vector<Level> open_;
  std::map<YAML::anchor_t, json::value> anchors_;
  std::vector<PlacedYaml> documents_;
};

// Reads from where the text is.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

Result<std::vector<PlacedYaml>> ParsePlacedYaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    return ResourceExhausted("YAML of " + std::to_string(text.size()) + " bytes, limit " +
                             std::to_string(limits.bytes));
  }
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    JsonBuilder builder(limits);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeDocuments();
  } catch (Refusal& refusal) {
    return std::move(refusal.error);
  } catch (const YAML::Exception& exception) {
    return InvalidArgument("malformed YAML at " + Place(exception.mark) + ": " +
                           Printable(exception.msg));
  }
}

Result<std::vector<json::value>> ParseYamlDocuments(std::string_view text,
                                                    const YamlLimits& limits) {
  ASSIGN_OR_RETURN(auto placed, ParsePlacedYaml(text, limits));
  std::vector<json::value> documents;
  documents.reserve(placed.size());
  for (PlacedYaml& document : placed) documents.push_back(std::move(document.value));
  return documents;
}

Result<json::value> ParseYaml(std::string_view text, const YamlLimits& limits) {
  ASSIGN_OR_RETURN(auto documents, ParseYamlDocuments(text, limits));
  if (documents.empty()) return json::value(nullptr);
  if (documents.size() > 1) return InvalidArgument("more than one YAML document");
  return std::move(documents.front());
}

}  // namespace narrows
