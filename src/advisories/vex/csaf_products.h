#pragma once

// Included by .cc files of this folder only: it needs Boost.JSON.

#include <boost/json/object.hpp>
#include <map>
#include <string>
#include <vector>

#include "advisories/vex/document.h"

namespace narrows::advisories::vex {

// The product tree of a CSAF document (CSAF 2.0, section 3.2.2): its products by their id.
class CsafProducts {
 public:
  static Result<CsafProducts> Read(const boost::json::object& root, const Limits& limits);

  // What the id stands for; a product of a relationship is what it names, in what that is part of.
  // Nothing where the document defines no such id, or defines it by itself.
  std::optional<Product> Find(const std::string& id) const;

  // The ids of a product group; none where there is no such group.
  const std::vector<std::string>& Group(const std::string& id) const;

 private:
  struct Entry {
    Component component;
    std::string part;   // of a relationship: the product that is part of …
    std::string whole;  // … this one
  };
  // What branches above say of the version.
  struct Version {
    std::string exact;
    std::string range;
  };

  narrows::Status ReadBranches(const boost::json::object& parent, const Version& version,
                               int depth);
  narrows::Status ReadProduct(const boost::json::object& product, const Version& version);
  narrows::Status ReadRelationships(const boost::json::object& tree);
  void ReadGroups(const boost::json::object& tree);
  narrows::Status Add(const std::string& id, Entry entry);
  bool AppendPath(const std::string& id, int depth, std::vector<Component>& path) const;

  std::map<std::string, Entry> entries_;
  std::map<std::string, std::vector<std::string>> groups_;
  size_t most_ = 0;
};

}  // namespace narrows::advisories::vex
