#pragma once

#include <optional>
#include <string_view>

namespace narrows::ecosystems::hex {

// Takes what is expected next off the front of Erlang's or Elixir's text, with the white space
// before it. They give views into the text, without escapes undone: names and versions have none.

bool TakeSymbol(std::string_view& rest, std::string_view symbol);

// "text"; nothing when it is not closed.
std::optional<std::string_view> TakeString(std::string_view& rest);

// <<"text">>
std::optional<std::string_view> TakeBinary(std::string_view& rest);

// word or 'word'; in Elixir, behind its colon, word or "word"
std::optional<std::string_view> TakeAtom(std::string_view& rest);

}  // namespace narrows::ecosystems::hex
