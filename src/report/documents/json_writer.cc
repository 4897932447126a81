#include "report/documents/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <ostream>

#include "base/utf8.h"

namespace narrows::report::documents {
void JsonWriter::Separate() {
  if (!first_) out_ << ',';
  if (depth_ > 0) out_ << '\n' << std::string(static_cast<size_t>(depth_) * 2, ' ');
  first_ = false;
}

void JsonWriter::Quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string quoted = "\"";
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = Utf8Length(text.substr(i));
    // U+0080 to U+009F drive terminals as well as the controls below U+0020 do.
    const bool c1 = length == 2 && c == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (length == 0) {
      quoted += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c1) {
      const auto byte = static_cast<unsigned char>(c1 ? text[i + 1] : c);
      quoted += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      quoted += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  out_ << quoted << '"';
}

void JsonWriter::Key(std::string_view key) {
  Separate();
  Quoted(key);
  out_ << ": ";
}

void JsonWriter::Open(char bracket) {
  out_ << bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::Close(char bracket) {
  --depth_;
  if (!first_) out_ << '\n' << std::string(static_cast<size_t>(depth_) * 2, ' ');
  out_ << bracket;
  first_ = false;
  if (depth_ == 0) out_ << '\n';
}

void JsonWriter::BeginObject() {
  Separate();
  Open('{');
}
void JsonWriter::BeginObject(std::string_view key) {
  Key(key);
  Open('{');
}
void JsonWriter::EndObject() { Close('}'); }
void JsonWriter::BeginArray() {
  Separate();
  Open('[');
}
void JsonWriter::BeginArray(std::string_view key) {
  Key(key);
  Open('[');
}
void JsonWriter::EndArray() { Close(']'); }

void JsonWriter::String(std::string_view value) {
  Separate();
  Quoted(value);
}
void JsonWriter::String(std::string_view key, std::string_view value) {
  Key(key);
  Quoted(value);
}
void JsonWriter::OptionalString(std::string_view key, std::string_view value) {
  if (!value.empty()) String(key, value);
}
void JsonWriter::Int(std::string_view key, int64_t value) {
  Key(key);
  out_ << value;
}
void JsonWriter::Double(std::string_view key, double value) {
  Key(key);
  if (!std::isfinite(value)) {
    out_ << "null";  // JSON has no word for it
    return;
  }
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out_ << std::string_view(buffer.data(), static_cast<size_t>(result.ptr - buffer.data()));
}
void JsonWriter::Bool(std::string_view key, bool value) {
  Key(key);
  out_ << (value ? "true" : "false");
}

}  // namespace narrows::report::documents
