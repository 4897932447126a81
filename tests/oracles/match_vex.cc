// Answers pairs of package URLs, a statement's and a package's and a tab between them a line: 1
// where the statement speaks of the package, else 0.
#include <iostream>
#include <string>

#include "findings/vex/product_match.h"

int main() {
  using narrows::ecosystems::ParsePurl;
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t tab = line.find('\t');
    const auto statement = ParsePurl(line.substr(0, tab));
    narrows::model::Package package;
    package.purl = tab == std::string::npos ? "" : line.substr(tab + 1);
    if (const auto purl = ParsePurl(package.purl); purl.has_value()) {
      package.name = package.source_name = purl->name;
      package.version = package.source_version = purl->version;
      if (const auto arch = purl->qualifiers.find("arch"); arch != purl->qualifiers.end())
        package.architecture = arch->second;
    }
    bool matches = false;
    if (statement.has_value()) {
      narrows::advisories::vex::Component component;
      component.purls.push_back(*statement);
      const narrows::model::ImageAnalysis image;
      const narrows::findings::vex::Target target{&image, "", ""};
      matches = narrows::findings::vex::Matches({{component}},
                                                narrows::findings::vex::Subject(package, target));
    }
    std::cout << (matches ? '1' : '0') << '\n';
  }
}
