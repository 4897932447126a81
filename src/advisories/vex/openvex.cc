// OpenVEX, https://github.com/openvex/spec: version 0.2.0, and 0.0.1, where a vulnerability and a
// product are bare texts and subcomponents belong to the statement.

#include <algorithm>
#include <boost/json/array.hpp>

#include "advisories/vex/format_readers.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::advisories::vex {
namespace {

namespace json = boost::json;

// Reads one document; members return how far it is read.
class Reader {
 public:
  Reader(const json::object& root, const Subjects& subjects, const Limits& limits)
      : root_(root), subjects_(subjects), builder_(Format::kOpenVex, limits) {}

  Result<Document> Read() {
    Document& document = builder_.document();
    document.id = Text(root_, "@id");
    document.author = Text(root_, "author");
    ASSIGN_OR_RETURN(document.time, Time(root_, "timestamp", "document"));
    for (const char* key : {"@id", "author", "timestamp"}) {
      if (!root_.contains(key)) builder_.Note(key, "is required");
    }
    const json::array* statements = JsonArray(root_, "statements");
    if (!statements) return InvalidArgument("statements: is missing, or no list");
    for (size_t i = 0; i < statements->size(); ++i)
      RETURN_IF_ERROR(ReadStatement((*statements)[i], Element("statements", i)));
    return std::move(builder_).Finish();
  }

 private:
  narrows::Status ReadStatement(const json::value& value, const std::string& place) {
    const json::object* object = value.if_object();
    if (!object) return InvalidArgument(place + ": is not an object");
    Statement statement;
    statement.id = Text(*object, "@id");
    RETURN_IF_ERROR(ReadVulnerability(*object, place, statement));
    const std::string status = Text(*object, "status", 100);
    const auto known = ParseStatus(status);
    if (!known)
      return InvalidArgument(place + ".status: \"" + Printable(status, 60) +
                             "\" is none of not_affected, affected, fixed, under_investigation");
    statement.status = *known;
    statement.justification = Text(*object, "justification", 100);
    statement.impact = Text(*object, "impact_statement");
    statement.action = Text(*object, "action_statement");
    ASSIGN_OR_RETURN(statement.time, Time(*object, "last_updated", place));
    if (!statement.time) {
      ASSIGN_OR_RETURN(statement.time, Time(*object, "timestamp", place));
    }
    NoteWhatIsForbidden(statement, place);
    RETURN_IF_ERROR(ReadProducts(*object, place, statement));
    return builder_.AddStatement(std::move(statement));
  }

  static narrows::Status ReadVulnerability(const json::object& object, const std::string& place,
                                           Statement& statement) {
    std::string name = Text(object, "vulnerability", 200);
    if (const json::object* struct_of_it = JsonObject(object, "vulnerability")) {
      name = Text(*struct_of_it, "name", 200);
      if (name.empty()) name = Text(*struct_of_it, "@id", 200);
      if (const json::array* aliases = JsonArray(*struct_of_it, "aliases")) {
        for (const json::value& alias : *aliases) {
          if (const auto* text = alias.if_string(); text && statement.vulnerabilities.size() < 100)
            statement.vulnerabilities.emplace_back(text->data(),
                                                   std::min<size_t>(text->size(), 200));
        }
      }
    }
    if (name.empty()) return InvalidArgument(place + ".vulnerability: has no name");
    std::erase(statement.vulnerabilities, name);
    statement.vulnerabilities.insert(statement.vulnerabilities.begin(), std::move(name));
    return Ok();
  }

  // Specification, "Statement Fields". Such statements are in use, and what they say is clear.
  void NoteWhatIsForbidden(const Statement& statement, const std::string& place) {
    if (!statement.justification.empty() && !IsJustification(statement.justification)) {
      builder_.Note(place + ".justification", "\"" + Printable(statement.justification, 60) +
                                                  "\" is none of " + JustificationList());
    }
    if (statement.status == Status::kNotAffected) {
      if (statement.justification.empty() && statement.impact.empty())
        builder_.Note(place, "not_affected needs a justification or an impact_statement");
    } else if (!statement.justification.empty() || !statement.impact.empty()) {
      builder_.Note(place, "a justification and an impact_statement are for not_affected only");
    }
    if (statement.status == Status::kAffected && statement.action.empty())
      builder_.Note(place, "affected needs an action_statement");
    if (statement.status != Status::kAffected && !statement.action.empty())
      builder_.Note(place, "an action_statement is for affected only");
  }

  narrows::Status ReadProducts(const json::object& object, const std::string& place,
                               Statement& statement) {
    const json::array* products = JsonArray(object, "products");
    if (!products || products->empty()) {
      if (subjects_.empty()) builder_.Note(place + ".products", "names no product");
      for (const Component& subject : subjects_) {
        ASSIGN_OR_RETURN(const uint32_t added, builder_.AddProduct({{subject}}));
        statement.products.push_back(added);
      }
      return Ok();
    }
    const json::array* of_statement = JsonArray(object, "subcomponents");  // 0.0.1
    for (size_t i = 0; i < products->size(); ++i) {
      const json::value& value = (*products)[i];
      const std::string at = place + "." + Element("products", i);
      ASSIGN_OR_RETURN(const Component product, ReadComponent(value, at));
      const json::object* own = value.if_object();
      const json::array* parts = own ? JsonArray(*own, "subcomponents") : of_statement;
      RETURN_IF_ERROR(AddProducts(product, parts, at, statement));
    }
    return Ok();
  }

  narrows::Status AddProducts(const Component& product, const json::array* parts,
                              const std::string& place, Statement& statement) {
    if (!parts || parts->empty()) {
      ASSIGN_OR_RETURN(const uint32_t added, builder_.AddProduct({{product}}));
      statement.products.push_back(added);
      return Ok();
    }
    for (size_t i = 0; i < parts->size(); ++i) {
      ASSIGN_OR_RETURN(Component part,
                       ReadComponent((*parts)[i], place + "." + Element("subcomponents", i)));
      ASSIGN_OR_RETURN(const uint32_t added, builder_.AddProduct({{std::move(part), product}}));
      statement.products.push_back(added);
    }
    return Ok();
  }

  Result<Component> ReadComponent(const json::value& value, const std::string& place) {
    Component component;
    if (const auto* text = value.if_string()) {
      AddIdentifier(*text, component);
    } else if (const json::object* object = value.if_object()) {
      AddIdentifier(Text(*object, "@id"), component);
      if (const json::object* identifiers = JsonObject(*object, "identifiers")) {
        for (const char* key : {"purl", "cpe23", "cpe22", "@cpe23", "@cpe22"})
          AddIdentifier(Text(*identifiers, key), component);
      }
      if (const json::object* hashes = JsonObject(*object, "hashes"))
        AddIdentifier("sha256:" + ToLower(Text(*hashes, "sha-256", 100)), component);
    } else {
      return InvalidArgument(place + ": is neither a text nor an object");
    }
    if (component.empty()) builder_.Note(place, "is known by nothing that can be compared");
    return component;
  }

  const json::object& root_;
  const Subjects& subjects_;
  DocumentBuilder builder_;
};

}  // namespace

Result<Document> ReadOpenVex(const json::object& root, const Subjects& subjects,
                             const Limits& limits) {
  return Reader(root, subjects, limits).Read();
}

}  // namespace narrows::advisories::vex
