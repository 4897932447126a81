#pragma once

#include <cstddef>
#include <string_view>

namespace narrows {

// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629).
size_t Utf8Length(std::string_view text);

}  // namespace narrows
