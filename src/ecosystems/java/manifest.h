#pragma once

#include <map>
#include <string>
#include <string_view>

namespace narrows::ecosystems::java {

// The main section of a manifest (JAR File Specification, "JAR Manifest"): attributes by their
// names in lower case; continued lines joined.
std::map<std::string, std::string> ParseManifest(std::string_view text);

// A file of java.util.Properties, as far as Maven writes it: "key=value" lines, comments by "#" or
// "!".
std::map<std::string, std::string> ParseProperties(std::string_view text);

}  // namespace narrows::ecosystems::java
