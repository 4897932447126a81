#pragma once

// Included by .cc files only: it needs Boost.JSON.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"

namespace narrows::assessment {

// Reads the members of one JSON object and notes what is wrong, each with its path, in a list
// shared by the whole document. A null member counts as absent; a wrong one reads as absent too.
class FieldReader {
 public:
  FieldReader(const boost::json::object* object, std::string path, std::vector<std::string>& errors)
      : object_(object), path_(std::move(path)), errors_(&errors) {}

  bool present() const { return object_ != nullptr; }
  // As it was read; null when absent.
  const boost::json::object* object() const { return object_; }
  const std::string& path() const { return path_; }
  std::string PathOf(std::string_view key) const { return path_ + "." + std::string(key); }

  bool Has(std::string_view key) const { return Find(key) != nullptr; }

  std::string Text(std::string_view key, size_t most = 4096) const {
    const auto* value = Find(key);
    if (!value) return "";
    const auto* text = value->if_string();
    if (!text) return Wrong(key, "is not a text"), "";
    if (text->size() > most) {
      return Wrong(key, "is longer than " + std::to_string(most) + " bytes"), "";
    }
    return std::string(*text);
  }

  std::string RequiredText(std::string_view key, size_t most = 4096) const {
    std::string text = Text(key, most);
    if (text.empty() && (!Has(key) || Find(key)->is_string())) Wrong(key, "is missing");
    return text;
  }

  std::optional<bool> Flag(std::string_view key) const {
    const auto* value = Find(key);
    if (!value) return std::nullopt;
    if (const bool* flag = value->if_bool()) return *flag;
    Wrong(key, "is neither true nor false");
    return std::nullopt;
  }

  std::optional<int64_t> Number(std::string_view key, int64_t least, int64_t most) const {
    const auto* value = Find(key);
    if (!value) return std::nullopt;
    boost::json::error_code error;
    const auto number = value->to_number<int64_t>(error);
    if (!error && number >= least && number <= most) return number;
    Wrong(key,
          "is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
  }

  std::optional<TimePoint> Time(std::string_view key) const {
    const std::string text = Text(key, 64);
    if (text.empty()) return std::nullopt;
    const auto time = ParseRfc3339(text);
    if (time.has_value()) return *time;
    Wrong(key, Printable(time.error().message));
    return std::nullopt;
  }

  // A reader of nothing when the member is absent.
  FieldReader Object(std::string_view key) const {
    const auto* value = Find(key);
    if (value && !value->is_object()) Wrong(key, "is not an object");
    return {value ? value->if_object() : nullptr, PathOf(key), *errors_};
  }

  // Calls use(FieldReader) for each element; elements that are no objects are errors.
  template <typename Use>
  void ForEachObject(std::string_view key, size_t most, const Use& use) const {
    ForEach(key, most, [&](const boost::json::value& value, const std::string& path) {
      if (const auto* object = value.if_object()) return use(FieldReader(object, path, *errors_));
      errors_->push_back(path + ": is not an object");
    });
  }

  std::vector<std::string> Texts(std::string_view key, size_t most) const {
    std::vector<std::string> texts;
    ForEach(key, most, [&](const boost::json::value& value, const std::string& path) {
      if (const auto* text = value.if_string()) return texts.emplace_back(*text), void();
      errors_->push_back(path + ": is not a text");
    });
    return texts;
  }

  // Calls use(key, text) for each member of an object of texts.
  template <typename Use>
  void ForEachText(std::string_view key, size_t most, const Use& use) const {
    const FieldReader map = Object(key);
    if (!map.present()) return;
    if (map.object_->size() > most) {
      return Wrong(key, "has more than " + std::to_string(most) + " members");
    }
    for (const auto& member : *map.object_) {
      if (const auto* text = member.value().if_string()) {
        use(std::string(member.key()), std::string(*text));
      } else {
        map.Wrong(Printable(member.key(), 64), "is not a text");
      }
    }
  }

  // The object itself is wrong.
  void Refuse(const std::string& what) const { errors_->push_back(path_ + ": " + what); }

  void Wrong(std::string_view key, const std::string& what) const {
    errors_->push_back(PathOf(key) + ": " + what);
  }

 private:
  const boost::json::value* Find(std::string_view key) const {
    const auto* value = object_ ? object_->if_contains(key) : nullptr;
    return value && !value->is_null() ? value : nullptr;
  }

  template <typename Use>
  void ForEach(std::string_view key, size_t most, const Use& use) const {
    const auto* value = Find(key);
    if (!value) return;
    const auto* array = value->if_array();
    if (!array) return Wrong(key, "is not a list");
    if (array->size() > most) {
      return Wrong(key, "has more than " + std::to_string(most) + " elements");
    }
    for (size_t i = 0; i < array->size(); ++i) {
      use((*array)[i], PathOf(key) + "[" + std::to_string(i) + "]");
    }
  }

  const boost::json::object* object_;
  std::string path_;
  std::vector<std::string>* errors_;
};

// One message of the first few errors and the number of the rest.
inline std::string JoinErrors(const std::vector<std::string>& errors) {
  constexpr size_t kShown = 8;
  std::string text;
  for (size_t i = 0; i < errors.size() && i < kShown; ++i) {
    if (!text.empty()) text += "; ";
    text += errors[i];
  }
  if (errors.size() > kShown) {
    text += "; and " + std::to_string(errors.size() - kShown) + " more";
  }
  return text;
}

}  // namespace narrows::assessment
