#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/package.h"

namespace narrows::ecosystems::java {

// What Maven calls an artifact by. The group is empty where nothing tells it.
struct Coordinates {
  std::string group;
  std::string artifact;
  std::string version;
};

using Attributes = std::map<std::string, std::string>;  // names of a manifest's in lower case

// Of a pom.properties; nothing when one of the three is missing or still a "${…}".
std::optional<Coordinates> FromPomProperties(const Attributes& properties);

// Whether the archive of this file name is the artifact's own, and not one that has it inside.
bool IsArchiveOf(std::string_view file_name, const Coordinates& coordinates);

// What an archive without a pom.properties of its own is: by its file name ("name-1.0.jar", as
// build tools name them), and by its manifest where that has no version. Nothing when neither says
// a version.
std::optional<Coordinates> FromFileAndManifest(std::string_view file_name,
                                               const Attributes& manifest);

// As the advisories name it, "group:artifact"; the artifact alone without a group.
model::Package ToPackage(const Coordinates& coordinates);

// Sets ecosystem and purl.
void CompleteArtifact(model::Package& package);

}  // namespace narrows::ecosystems::java
