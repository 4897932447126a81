#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace narrows::model {

// From os-release(5). All fields may be empty.
struct Distribution {
  std::string id;          // "debian", "alpine"
  std::string id_like;     // space-separated
  std::string version_id;  // "12", "3.18.4", "20.04"
  std::string version_codename;
  std::string pretty_name;

  friend bool operator==(const Distribution&, const Distribution&) = default;
};

// What tells that a package is there, the strongest first.
enum class Evidence {
  kInstalled,        // the record that an installation leaves
  kExecutable,       // an executable that was built of it says so
  kLockFile,         // a file that says what is to be installed
  kBillOfMaterials,  // a document that somebody made says so; nobody has looked
};
// "installed", "executable", "lockFile", "billOfMaterials"
std::string_view ToString(Evidence evidence);

// One package.
struct Package {
  std::string ecosystem;  // OSV's name without a release: "Debian", "Ubuntu", "Alpine", "npm"
  std::string name;       // as installed (the binary package)
  std::string version;
  std::string architecture;
  std::string source_name;  // what advisories of a distribution speak of; equals name where there
                            // is no other
  std::string source_version;  // equals version where there is no other
  std::string purl;            // package-url, with the distro qualifier where one is known
  std::string path;            // the file it was read from, "/"-rooted
  std::string layer;  // diffID of the layer that brought this record; empty for a directory
  Evidence evidence = Evidence::kInstalled;
  // Of a language's package whose file an operating system's package owns, that one's name: the
  // distribution answers for it, and only the owner is to be judged.
  std::string owner;
  std::string modularity;  // of an rpm of a module: "name:stream:version:context"
  std::string vendor;      // of an rpm, who built it

  friend bool operator==(const Package&, const Package&) = default;
};

}  // namespace narrows::model
