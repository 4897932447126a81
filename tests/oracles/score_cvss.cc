// Prints the score of each CVSS vector on standard input, a line each; "!" for what is none.
#include <cstdio>
#include <iostream>
#include <string>

#include "advisories/cvss.h"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto score = narrows::advisories::ScoreCvss(line);
    if (score.has_value()) {
      std::printf("%.1f\n", score->score);
    } else {
      std::puts("!");
    }
  }
}
