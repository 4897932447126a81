#include "inventory/node/node_facts.h"

namespace narrows::inventory::node {

std::string Process::CommandLine() const {
  std::string line;
  for (size_t i = 0; i < arguments.size(); ++i) line += (i > 0 ? " " : "") + arguments[i];
  for (char& c : line) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    if (c < ' ' || c == 0x7f) c = '.';
  }
  if (line.empty()) line = "[" + name + "]";
  if (defunct) line += " <defunct>";
  return line;
}

}  // namespace narrows::inventory::node
