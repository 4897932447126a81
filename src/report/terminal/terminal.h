#pragma once

#include <cstddef>

namespace narrows::report::terminal {

bool IsTerminal(int fd);

// Columns of the terminal behind `fd`; 0 when it is none, 80 when it does not say.
size_t TerminalWidth(int fd);

}  // namespace narrows::report::terminal
