#include "base/json.h"

#include <atomic>
#include <boost/json/memory_resource.hpp>
#include <boost/json/parser.hpp>
#include <new>

namespace narrows {
namespace {

// The heap up to a limit, above which std::bad_alloc is thrown.
class BoundedMemory final : public boost::json::memory_resource {
 public:
  explicit BoundedMemory(size_t most) : most_(most) {}

 private:
  void* do_allocate(size_t bytes, size_t) override {
    if (taken_.fetch_add(bytes, std::memory_order_relaxed) + bytes > most_) {
      taken_.fetch_sub(bytes, std::memory_order_relaxed);
      throw std::bad_alloc();
    }
    return ::operator new(bytes);
  }
  void do_deallocate(void* memory, size_t bytes, size_t) override {
    taken_.fetch_sub(bytes, std::memory_order_relaxed);
    ::operator delete(memory);
  }
  bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }

  const size_t most_;
  std::atomic<size_t> taken_ = 0;  // parts of a document may be in different threads
};

}  // namespace

Result<boost::json::value> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return ResourceExhausted("JSON document of " + std::to_string(text.size()) + " bytes, limit " +
                             std::to_string(limits.bytes));
  }
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  options.allow_comments = limits.relaxed;
  options.allow_trailing_commas = limits.relaxed;
  const auto memory = boost::json::make_shared_resource<BoundedMemory>(limits.memory_bytes);
  boost::json::parser parser(memory, options);
  boost::json::error_code error;
  size_t parsed = 0;
  try {
    parser.reset(memory);
    parsed = parser.write(text.data(), text.size(), error);
  } catch (const std::bad_alloc&) {
    return ResourceExhausted("JSON document that takes more than " +
                             std::to_string(limits.memory_bytes >> 20) + " MiB of memory");
  }
  if (error) {
    const auto message =
        "malformed JSON: " + error.message() + " near byte " + std::to_string(parsed);
    if (error == boost::json::error::too_deep) return ResourceExhausted(message);
    return InvalidArgument(message);
  }
  return parser.release();
}

const boost::json::object* JsonObject(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value ? value->if_object() : nullptr;
}

const boost::json::array* JsonArray(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value ? value->if_array() : nullptr;
}

std::string JsonString(const boost::json::object& parent, std::string_view key,
                       std::string_view otherwise) {
  const auto* value = parent.if_contains(key);
  if (const auto* text = value ? value->if_string() : nullptr) return std::string(*text);
  return std::string(otherwise);
}

std::optional<int64_t> JsonInt(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  if (!value) return std::nullopt;
  boost::json::error_code error;
  const auto number = value->to_number<int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<bool> JsonBool(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  if (const bool* flag = value ? value->if_bool() : nullptr) return *flag;
  return std::nullopt;
}

}  // namespace narrows
