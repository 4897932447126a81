#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::findings::benchmark::audit {

// A POSIX basic or extended regular expression, with GNU's \+ \? \| \w \s \b \< \>, as RE2 writes
// it. kUnimplemented for back-references and collating symbols.
Result<std::string> FromPosix(std::string_view pattern, bool extended);

}  // namespace narrows::findings::benchmark::audit
