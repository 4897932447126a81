#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace narrows::report::documents {

// Writes one JSON document (RFC 8259) to a stream as it goes, indented by two spaces, so that a
// report of any length needs no second copy of itself. Strings are made valid: control characters
// are escaped, and bytes that are no UTF-8 become U+FFFD. Calls must nest properly.
class JsonWriter {
 public:
  explicit JsonWriter(std::ostream& out) : out_(out) {}

  // With a key inside an object, without one inside an array and at the top.
  void BeginObject();
  void BeginObject(std::string_view key);
  void EndObject();
  void BeginArray();
  void BeginArray(std::string_view key);
  void EndArray();

  void String(std::string_view value);
  void String(std::string_view key, std::string_view value);
  // Nothing when the value is empty.
  void OptionalString(std::string_view key, std::string_view value);
  void Int(std::string_view key, int64_t value);
  // Shortest form that reads back the same.
  void Double(std::string_view key, double value);
  void Bool(std::string_view key, bool value);

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();
  void Key(std::string_view key);
  void Quoted(std::string_view text);

  std::ostream& out_;
  int depth_ = 0;
  bool first_ = true;  // in the innermost array or object
};

}  // namespace narrows::report::documents
