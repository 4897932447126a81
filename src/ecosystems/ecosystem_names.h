#pragma once

#include <string>
#include <string_view>

namespace narrows::ecosystems {

// Whether an OSV ecosystem, with or without a release, is an operating system's distribution. Its
// packages are judged by the advisories of its release; those of any other by what their registry's
// advisories say.
bool IsDistribution(std::string_view ecosystem);

// The name under which a package of the ecosystem is looked up, where a registry takes several
// spellings for one:
//   PyPI       in lower case, runs of "-", "_" and "." as one "-" (Python Packaging User Guide,
//              "Name normalization")
//   NuGet, Packagist   in lower case (their documentation: names are without regard to case)
//   SwiftURL   in lower case, without "https://" and ".git" (Swift Package Manager, package
//   identity)
// Others are compared byte by byte: "group:artifact" of Maven, "@scope/name" of npm, a module's
// path of Go, where "/v2" at the end makes it another module (Go Modules Reference, "Major version
// suffixes"), "stdlib" being the standard library.
std::string CanonicalName(std::string_view ecosystem, std::string_view name);

}  // namespace narrows::ecosystems
