#pragma once

// Included by .cc files of this folder only: it needs Boost.JSON.

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "advisories/vex/document.h"

namespace narrows::advisories::vex {

// What all readers of one document share: its limits, and what is to be said of it.
class DocumentBuilder {
 public:
  DocumentBuilder(Format format, const Limits& limits) : limits_(limits) {
    document_.format = format;
  }

  Document& document() { return document_; }

  // Notes are counted past kMostNotes, and the last one says so.
  void Note(const std::string& place, std::string_view text);

  Result<uint32_t> AddProduct(Product product);
  narrows::Status AddStatement(Statement statement);

  Document Finish() &&;

 private:
  Limits limits_;
  Document document_;
  size_t notes_ = 0;
  size_t links_ = 0;
};

// The subjects of the attestation around a document, as products.
using Subjects = std::vector<Component>;

Result<Document> ReadOpenVex(const boost::json::object& root, const Subjects& subjects,
                             const Limits& limits);
Result<Document> ReadCsaf(const boost::json::object& root, const Limits& limits);
Result<Document> ReadCycloneDx(const boost::json::object& root, const Limits& limits);

// Adds what `text` is: a purl, a CPE, a digest, a BOM link. False where it is none of these.
bool AddIdentifier(std::string_view text, Component& component);

// At most `most` bytes of the member, as it stands; "" when absent.
std::string Text(const boost::json::object& object, std::string_view key, size_t most = 4096);

// A time, where the member is there. kInvalidArgument names `place` where it is none.
Result<std::optional<TimePoint>> Time(const boost::json::object& object, std::string_view key,
                                      const std::string& place);

std::string Element(std::string_view list, size_t index);  // "statements[3]"

// Calls visit(object, its Element) for each item of the member, where it is there, until an error.
// kInvalidArgument names an item that is no object.
narrows::Status ForEachObject(
    const boost::json::object& object, std::string_view list,
    const std::function<narrows::Status(const boost::json::object& item, const std::string& place)>&
        visit);

}  // namespace narrows::advisories::vex
