#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narrows {

// Views into `text`, which must outlive them. "a,,b" → a, "", b; "" → one empty piece.
std::vector<std::string_view> Split(std::string_view text, char separator);

// Without ASCII white space at both ends.
std::string_view Trim(std::string_view text);

// ASCII only.
std::string ToLower(std::string_view text);

// The whole of `text` as a decimal number; nothing when it is not one or does not fit.
std::optional<int64_t> ParseInt(std::string_view text);

std::string Join(const std::vector<std::string>& pieces, std::string_view separator);

// Escapes what RFC 3986 does not call unreserved, but for the characters in `keep`.
std::string PercentEncode(std::string_view text, std::string_view keep = "");

// Undoes "%41"; nothing where the two digits are missing.
std::optional<std::string> PercentDecode(std::string_view text);

std::string HexEncode(std::string_view bytes);

std::string Base64Encode(std::string_view bytes);

// Standard alphabet, padding required, line breaks allowed; nothing when it is not base64.
std::optional<std::string> Base64Decode(std::string_view text);

// The text with control characters and invalid UTF-8 replaced by '?', at most `most` bytes (then
// "…"): what foreign bytes must go through before they are shown to a person.
std::string Printable(std::string_view foreign, size_t most = 200);

}  // namespace narrows
