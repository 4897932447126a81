#pragma once

#include <string>

#include "advisories/vex/document.h"
#include "model/image.h"

namespace narrows::findings::vex {

// What was scanned, as statements may speak of it.
struct Target {
  const model::ImageAnalysis* image = nullptr;  // never null
  std::string repository;  // "docker.io/library/nginx"; empty where it isn't known, or no image
  std::string tag;
};

// A package of the target with what matching needs of it more than once. Borrows both.
class Subject {
 public:
  Subject(const model::Package& package, const Target& target);

  const model::Package& package() const { return package_; }
  const Target& target() const { return target_; }
  const std::optional<ecosystems::Purl>& purl() const { return purl_; }

 private:
  const model::Package& package_;
  const Target& target_;
  std::optional<ecosystems::Purl> purl_;
};

// Whether the product is the package, in what the target is. By purl: type, namespace and name are
// the same; the version where one is named; each qualifier that is named (repository, distro and
// arch in any of their spellings); the subpath. "arch=source" and "arch=src" speak of the source
// package. An image is known by pkg:oci or pkg:docker or by a digest, a module of rpm by
// pkg:rpmmod, a release of a distribution by its CPE; what a statement speaks of may also be in
// another package: in the same executable, or in an archive that holds it.
bool Matches(const advisories::vex::Product& product, const Subject& subject);

// Whether one of them says more of what it is about: more parts, then a version or a digest, then
// more qualifiers.
int Specificity(const advisories::vex::Product& product);

}  // namespace narrows::findings::vex
