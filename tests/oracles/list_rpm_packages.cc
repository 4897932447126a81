// Prints what the rpm extractor makes of a file that is called so: a line a package, its fields
// apart by tabs, then how many files it owns; statuses on standard error.
//
//   list_rpm_packages rpmdb.sqlite|Packages.db|Packages FILE
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "ecosystems/rpm/rpm_extractor.h"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  std::ifstream file(arguments[2], std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto extractor = narrows::ecosystems::rpm::MakeRpmExtractor();
  const auto extracted = extractor->Extract("var/lib/rpm/" + std::string(arguments[1]), content);
  if (!extracted.has_value()) {
    std::cerr << extracted.error().message << '\n';
    return 1;
  }
  for (const std::string& status : extracted->statuses) std::cerr << status << '\n';
  std::map<std::string, size_t> files;
  for (const auto& owned : extracted->owned) files[owned.package] += owned.paths.size();
  for (const auto& package : extracted->packages) {
    std::cout << package.name << '\t' << package.version << '\t' << package.architecture << '\t'
              << package.source_name << '\t' << package.source_version << '\t' << package.modularity
              << '\t' << package.vendor << '\t' << files[package.name] << '\n';
  }
  return 0;
}
