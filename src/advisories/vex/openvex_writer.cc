#include "advisories/vex/openvex_writer.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sstream>

#include "base/sha256.h"
#include "base/strings.h"
#include "ecosystems/purl.h"

namespace narrows::advisories::vex {
namespace {

namespace json = boost::json;

// RFC 3987: a scheme, a colon, something. Purls are checked as such.
narrows::Status CheckIri(const std::string& text, const std::string& option) {
  if (text.starts_with("pkg:")) {
    const auto purl = ecosystems::ParsePurl(text);
    if (!purl.has_value()) return purl.error().Within(option);
    return Ok();
  }
  const size_t colon = text.find(':');
  const bool scheme =
      colon != std::string::npos && colon > 0 && colon + 1 < text.size() &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      });
  if (scheme && text.find_first_of(" \t\r\n<>\"") == std::string::npos) return Ok();
  return InvalidArgument(option + " \"" + Printable(text, 80) +
                         "\" is neither a package-url such as pkg:deb/debian/openssl nor an IRI");
}

narrows::Status CheckReasons(const Draft& draft, Status status) {
  if (status == Status::kNotAffected) {
    if (draft.justification.empty() && draft.impact.empty())
      return InvalidArgument("not_affected needs --justification, one of " + JustificationList() +
                             ", or --impact-statement");
    if (!draft.justification.empty() && !IsJustification(draft.justification))
      return InvalidArgument("--justification \"" + Printable(draft.justification, 60) +
                             "\" is none of " + JustificationList());
  } else if (!draft.justification.empty() || !draft.impact.empty()) {
    return InvalidArgument("--justification and --impact-statement are for not_affected only");
  }
  if (status == Status::kAffected && draft.action.empty())
    return InvalidArgument("affected needs --action-statement: what is to be done about it");
  if (status != Status::kAffected && !draft.action.empty())
    return InvalidArgument("--action-statement is for affected only");
  return Ok();
}

Result<Status> Check(const Draft& draft) {
  const auto status = ParseStatus(draft.status);
  if (!status)
    return InvalidArgument("--status \"" + Printable(draft.status, 60) +
                           "\" is none of not_affected, affected, fixed, under_investigation");
  RETURN_IF_ERROR(CheckReasons(draft, *status));
  if (draft.products.empty()) return InvalidArgument("--product is missing");
  if (draft.vulnerabilities.empty() || draft.vulnerabilities.front().empty())
    return InvalidArgument("--vuln is missing");
  if (draft.author.empty()) return InvalidArgument("--author is missing: who states it");
  for (const std::string& product : draft.products) RETURN_IF_ERROR(CheckIri(product, "--product"));
  for (const std::string& part : draft.subcomponents)
    RETURN_IF_ERROR(CheckIri(part, "--subcomponents"));
  if (!draft.id.empty()) RETURN_IF_ERROR(CheckIri(draft.id, "--id"));
  return *status;
}

json::object Component(const std::string& id) {
  json::object component{{"@id", id}};
  if (id.starts_with("pkg:")) component["identifiers"] = json::object{{"purl", id}};
  return component;
}

json::object StatementOf(const Draft& draft, const std::string& time) {
  json::object vulnerability{{"name", draft.vulnerabilities.front()}};
  if (draft.vulnerabilities.size() > 1)
    vulnerability["aliases"] =
        json::array(draft.vulnerabilities.begin() + 1, draft.vulnerabilities.end());
  json::array products;
  for (const std::string& id : draft.products) {
    json::object product = Component(id);
    if (!draft.subcomponents.empty()) {
      json::array& parts = product["subcomponents"].emplace_array();
      for (const std::string& part : draft.subcomponents) parts.push_back(Component(part));
    }
    products.push_back(std::move(product));
  }
  json::object statement{{"vulnerability", std::move(vulnerability)},
                         {"timestamp", time},
                         {"products", std::move(products)},
                         {"status", draft.status}};
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) statement[key] = text;
  };
  add("status_notes", draft.notes);
  add("justification", draft.justification);
  add("impact_statement", draft.impact);
  add("action_statement", draft.action);
  return statement;
}

// Two spaces a level: people read and review these.
void Print(const json::value& value, const std::string& indent, std::ostream& out) {
  const std::string inner = indent + "  ";
  const char* separator = "\n";
  if (const json::object* object = value.if_object(); object && !object->empty()) {
    out << '{';
    for (const auto& member : *object) {
      out << separator << inner << json::serialize(member.key()) << ": ";
      Print(member.value(), inner, out);
      separator = ",\n";
    }
    out << '\n' << indent << '}';
  } else if (const json::array* array = value.if_array(); array && !array->empty()) {
    out << '[';
    for (const json::value& element : *array) {
      out << separator << inner;
      Print(element, inner, out);
      separator = ",\n";
    }
    out << '\n' << indent << ']';
  } else {
    out << json::serialize(value);
  }
}

}  // namespace

Result<std::string> WriteOpenVex(const Draft& draft, TimePoint now) {
  RETURN_IF_ERROR(Check(draft));
  const std::string time = FormatRfc3339(now);
  const json::object statement = StatementOf(draft, time);
  const std::string id = draft.id.empty()
                             ? "https://openvex.dev/docs/public/vex-" +
                                   Sha256Hex(draft.author + "\n" + json::serialize(statement))
                             : draft.id;
  const json::object document{{"@context", "https://openvex.dev/ns/v0.2.0"},
                              {"@id", id},
                              {"author", draft.author},
                              {"timestamp", time},
                              {"version", 1},
                              {"tooling", draft.tooling},
                              {"statements", json::array{statement}}};
  std::ostringstream out;
  Print(document, "", out);
  out << '\n';
  return out.str();
}

}  // namespace narrows::advisories::vex
