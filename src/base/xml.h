#pragma once

#include <string_view>

#include "base/result.h"

namespace narrows {

// Told of an XML document's contents in their order. The views last for the call.
class XmlVisitor {
 public:
  virtual ~XmlVisitor() = default;

  // An element begins; `path` is the names from the root to it, joined by "/", without their
  // prefixes ("project/dependencies/dependency").
  virtual void OnStart(std::string_view path) = 0;

  // An attribute of the element that began last.
  virtual void OnAttribute(std::string_view name, std::string_view value) = 0;

  // The element ends. `text` is what stood in it right before, white space trimmed: the whole text
  // of an element without others in it.
  virtual void OnEnd(std::string_view path, std::string_view text) = 0;
};

// Reads XML 1.0 without making a tree of it. A document that declares entities is refused, so
// nothing is ever expanded or fetched. kInvalidArgument with the line of the mistake;
// kResourceExhausted when elements are nested deeper than 64.
Status ReadXml(std::string_view text, XmlVisitor& visitor);

}  // namespace narrows
