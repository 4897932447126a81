#include "advisories/vex/document.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "advisories/vex/format_readers.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::advisories::vex {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 4> kStatuses = {"not_affected", "affected", "fixed",
                                                       "under_investigation"};
constexpr std::array<std::string_view, 5> kJustifications = {
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};

constexpr int kMostWraps = 4;

bool IsSha256(std::string_view hex) {
  return hex.size() == 64 && std::all_of(hex.begin(), hex.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Subjects SubjectsOf(const json::object& attestation) {
  Subjects subjects;
  const json::array* list = JsonArray(attestation, "subject");
  if (!list) return subjects;
  for (const json::value& value : *list) {
    const json::object* subject = value.if_object();
    const json::object* digests = subject ? JsonObject(*subject, "digest") : nullptr;
    if (!digests) continue;
    Component component;
    if (AddIdentifier("sha256:" + ToLower(JsonString(*digests, "sha256")), component))
      subjects.push_back(std::move(component));
  }
  return subjects;
}

// The bytes of a DSSE envelope's payload; nothing where it is no envelope.
Result<std::optional<std::string>> PayloadOf(const json::object& root) {
  const json::object* bundled = JsonObject(root, "dsseEnvelope");
  const json::object& envelope = bundled ? *bundled : root;
  if (!envelope.contains("payload") || !envelope.contains("payloadType")) {
    if (bundled) return InvalidArgument("dsseEnvelope: it has no payload");
    return std::optional<std::string>();
  }
  auto payload = Base64Decode(JsonString(envelope, "payload"));
  if (!payload) return InvalidArgument("payload: is not base64");
  return payload;
}

Result<Document> ReadRoot(const json::object& root, const Subjects& subjects,
                          const Limits& limits) {
  if (JsonString(root, "@context").starts_with("https://openvex.dev/ns"))
    return ReadOpenVex(root, subjects, limits);
  const json::object* document = JsonObject(root, "document");
  if (document && document->contains("csaf_version")) return ReadCsaf(root, limits);
  if (JsonString(root, "bomFormat") == "CycloneDX") return ReadCycloneDx(root, limits);
  return NotFound("this is neither OpenVEX nor CSAF nor CycloneDX");
}

Result<Document> Read(std::string_view bytes, const Limits& limits, int wraps) {
  ASSIGN_OR_RETURN(const json::value value,
                   ParseJson(bytes, {.bytes = limits.bytes, .memory_bytes = limits.memory_bytes}));
  const json::object* root = value.if_object();
  if (!root) return NotFound("this is neither OpenVEX nor CSAF nor CycloneDX");
  ASSIGN_OR_RETURN(const std::optional<std::string> payload, PayloadOf(*root));
  if (payload) {
    if (wraps == kMostWraps) return ResourceExhausted("too many envelopes in one another");
    return Read(*payload, limits, wraps + 1);
  }
  if (const json::object* predicate = JsonObject(*root, "predicate");
      predicate && root->contains("_type"))
    return ReadRoot(*predicate, SubjectsOf(*root), limits);
  return ReadRoot(*root, {}, limits);
}

}  // namespace

std::string_view ToString(Format format) {
  switch (format) {
    case Format::kOpenVex:
      return "OpenVEX";
    case Format::kCsaf:
      return "CSAF";
    case Format::kCycloneDx:
      return "CycloneDX";
  }
  return "";
}

std::string_view ToString(Status status) { return kStatuses.at(static_cast<size_t>(status)); }

std::optional<Status> ParseStatus(std::string_view text) {
  const auto* const found = std::find(kStatuses.begin(), kStatuses.end(), text);
  if (found == kStatuses.end()) return std::nullopt;
  return static_cast<Status>(found - kStatuses.begin());
}

bool IsJustification(std::string_view text) {
  return std::find(kJustifications.begin(), kJustifications.end(), text) != kJustifications.end();
}

std::string JustificationList() {
  return Join({kJustifications.begin(), kJustifications.end()}, ", ");
}

void DocumentBuilder::Note(const std::string& place, std::string_view text) {
  if (++notes_ < kMostNotes)
    document_.notes.push_back((place.empty() ? "" : place + ": ") + std::string(text));
}

Result<uint32_t> DocumentBuilder::AddProduct(Product product) {
  if (document_.products.size() >= limits_.products)
    return ResourceExhausted("more than " + std::to_string(limits_.products) + " products");
  document_.products.push_back(std::move(product));
  return static_cast<uint32_t>(document_.products.size() - 1);
}

narrows::Status DocumentBuilder::AddStatement(Statement statement) {
  links_ += statement.products.size();
  if (document_.statements.size() >= limits_.statements || links_ > limits_.links)
    return ResourceExhausted("more than " + std::to_string(limits_.statements) +
                             " statements, or more than " + std::to_string(limits_.links) +
                             " products in them");
  document_.statements.push_back(std::move(statement));
  return Ok();
}

Document DocumentBuilder::Finish() && {
  if (notes_ >= kMostNotes)
    document_.notes.push_back("and " + std::to_string(notes_ - kMostNotes + 1) + " more");
  return std::move(document_);
}

bool AddIdentifier(std::string_view text, Component& component) {
  if (text.starts_with("cpe:")) {
    component.cpes.emplace_back(text);
  } else if (text.starts_with("urn:cdx:")) {
    component.bom_links.emplace_back(text);
  } else if (text.starts_with("sha256:") && IsSha256(text.substr(7))) {
    component.digests.emplace_back(text);
  } else {
    auto purl = ecosystems::ParsePurl(text);
    if (!purl.has_value()) return false;
    component.purls.push_back(*std::move(purl));
  }
  return true;
}

std::string Text(const json::object& object, std::string_view key, size_t most) {
  std::string text = JsonString(object, key);
  if (text.size() > most) text.resize(most);
  return text;
}

Result<std::optional<TimePoint>> Time(const json::object& object, std::string_view key,
                                      const std::string& place) {
  const json::value* value = object.if_contains(key);
  if (!value || value->is_null()) return std::optional<TimePoint>();
  ASSIGN_OR_RETURN_WITHIN(const TimePoint time, ParseRfc3339(JsonString(object, key)),
                          place + "." + std::string(key));
  return std::optional<TimePoint>(time);
}

std::string Element(std::string_view list, size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

narrows::Status ForEachObject(
    const boost::json::object& object, std::string_view list,
    const std::function<narrows::Status(const boost::json::object& item, const std::string& place)>&
        visit) {
  const boost::json::array* items = JsonArray(object, list);
  for (size_t i = 0; items && i < items->size(); ++i) {
    const std::string place = Element(list, i);
    const boost::json::object* item = (*items)[i].if_object();
    if (!item) return InvalidArgument(place + ": is not an object");
    RETURN_IF_ERROR(visit(*item, place));
  }
  return Ok();
}

Result<Document> ReadDocument(std::string_view bytes, const Limits& limits) {
  return Read(bytes, limits, 0);
}

}  // namespace narrows::advisories::vex
