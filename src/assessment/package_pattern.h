#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/package.h"

namespace narrows::assessment {

// The package of an exception: a package-url (purl specification 1.0) of which version and
// qualifiers may be left out and then match any.
class PackagePattern {
 public:
  static Result<PackagePattern> Parse(std::string_view purl);

  // Compares with the package's own purl; the name may also be that of its source package, and the
  // version that of the source.
  bool Matches(const model::Package& package) const;

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string type_;
  std::string name_space_;
  std::string name_;
  std::string version_;
  std::map<std::string, std::string, std::less<>> qualifiers_;
};

}  // namespace narrows::assessment
