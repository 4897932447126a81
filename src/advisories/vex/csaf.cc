// CSAF 2.0, https://docs.oasis-open.org/csaf/csaf/v2.0/: what section 3.2.3.9, "product_status",
// says, in documents of every profile; justifications are the flags (3.2.3.5), impact statements
// the threats of category "impact" (3.2.3.14).

#include <array>
#include <boost/json/array.hpp>
#include <map>
#include <tuple>

#include "advisories/vex/csaf_products.h"
#include "advisories/vex/format_readers.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::advisories::vex {
namespace {

namespace json = boost::json;

struct StatusList {
  const char* key;
  Status status;
};

// A product in several contradicting lists, which the specification forbids (6.1.6), is taken for
// what is said of it last.
constexpr std::array<StatusList, 7> kStatusLists = {{
    {"known_not_affected", Status::kNotAffected},
    {"fixed", Status::kFixed},
    {"first_fixed", Status::kFixed},
    {"under_investigation", Status::kUnderInvestigation},
    {"first_affected", Status::kAffected},
    {"last_affected", Status::kAffected},
    {"known_affected", Status::kAffected},
}};

class Reader {
 public:
  Reader(const json::object& root, const Limits& limits)
      : root_(root), limits_(limits), builder_(Format::kCsaf, limits) {}

  Result<Document> Read() {
    RETURN_IF_ERROR(ReadHead());
    ASSIGN_OR_RETURN(products_, CsafProducts::Read(root_, limits_));
    RETURN_IF_ERROR(ForEachObject(
        root_, "vulnerabilities",
        [&](const auto& object, const auto& place) { return ReadVulnerability(object, place); }));
    return std::move(builder_).Finish();
  }

 private:
  narrows::Status ReadHead() {
    Document& document = builder_.document();
    const json::object& head = *JsonObject(root_, "document");
    const std::string version = Text(head, "csaf_version", 20);
    if (!version.starts_with("2."))
      return InvalidArgument("document.csaf_version: \"" + Printable(version, 20) +
                             "\" is not read, only 2.0");
    if (const json::object* publisher = JsonObject(head, "publisher"))
      document.author = Text(*publisher, "name");
    const json::object* tracking = JsonObject(head, "tracking");
    if (!tracking) return InvalidArgument("document.tracking: is missing");
    document.id = Text(*tracking, "id");
    ASSIGN_OR_RETURN(document.time, Time(*tracking, "current_release_date", "document.tracking"));
    return Ok();
  }

  // Calls use(product id) for each product that the object's product_ids and group_ids name.
  template <typename Use>
  void ForEachProduct(const json::object& object, const Use& use) const {
    const auto each = [](const json::array* list, const auto& take) {
      if (!list) return;
      for (const json::value& value : *list) {
        if (const auto* text = value.if_string()) take(std::string(text->data(), text->size()));
      }
    };
    each(JsonArray(object, "product_ids"), use);
    each(JsonArray(object, "group_ids"), [&](const std::string& group) {
      for (const std::string& id : products_.Group(group)) use(id);
    });
  }

  struct Reason {
    std::string justification;
    std::string impact;
    friend auto operator<=>(const Reason&, const Reason&) = default;
  };

  narrows::Status ReadReasons(const json::object& vulnerability,
                              std::map<std::string, Reason>& reasons) const {
    size_t links = 0;
    const auto read = [&](const char* list, const auto& take) {
      const json::array* array = JsonArray(vulnerability, list);
      for (const json::value& value : array ? *array : json::array()) {
        const json::object* object = value.if_object();
        if (!object) continue;
        ForEachProduct(*object, [&](const std::string& id) {
          if (++links <= limits_.links) take(*object, reasons[id]);
        });
      }
    };
    read("flags", [](const json::object& flag, Reason& reason) {
      reason.justification = Text(flag, "label", 100);
    });
    read("threats", [](const json::object& threat, Reason& reason) {
      if (Text(threat, "category", 100) == "impact" && reason.impact.empty())
        reason.impact = Text(threat, "details", 1000);
    });
    if (links > limits_.links) return ResourceExhausted("too many products in flags and threats");
    return Ok();
  }

  narrows::Status ReadVulnerability(const json::object& object, const std::string& place) {
    std::vector<std::string> names;
    if (std::string cve = Text(object, "cve", 100); !cve.empty()) names.push_back(std::move(cve));
    if (const json::array* ids = JsonArray(object, "ids")) {
      for (const json::value& value : *ids) {
        const json::object* id = value.if_object();
        std::string text = id ? Text(*id, "text", 100) : "";
        // A number in somebody's bug tracker is no name of a vulnerability.
        if (text.find('-') != std::string::npos && names.size() < 100)
          names.push_back(std::move(text));
      }
    }
    const json::object* lists = JsonObject(object, "product_status");
    if (!lists) return Ok();
    if (names.empty()) {
      builder_.Note(place, "has neither a cve nor ids");
      return Ok();
    }
    std::map<std::string, Reason> reasons;
    RETURN_IF_ERROR(ReadReasons(object, reasons));
    for (const auto& [key, status] : kStatusLists) {
      if (const json::array* list = JsonArray(*lists, key)) {
        const std::string at = place + ".product_status." + key;
        RETURN_IF_ERROR(ReadList(*list, status, names, reasons, at));
      }
    }
    return Ok();
  }

  // One statement for each reason that is given.
  narrows::Status ReadList(const json::array& list, Status status,
                           const std::vector<std::string>& names,
                           const std::map<std::string, Reason>& reasons, const std::string& place) {
    std::map<Reason, std::vector<uint32_t>> by_reason;
    for (size_t i = 0; i < list.size(); ++i) {
      const auto* text = list[i].if_string();
      if (!text) return InvalidArgument(place + "[" + std::to_string(i) + "]: is not a text");
      const std::string id(text->data(), text->size());
      ASSIGN_OR_RETURN(const std::optional<uint32_t> product, ProductOf(id, place));
      if (!product) continue;
      const auto reason = reasons.find(id);
      const bool has_reason = status == Status::kNotAffected && reason != reasons.end();
      by_reason[has_reason ? reason->second : Reason{}].push_back(*product);
    }
    for (auto& [reason, products] : by_reason) {
      Statement statement;
      statement.vulnerabilities = names;
      statement.products = std::move(products);
      statement.status = status;
      statement.justification = reason.justification;
      statement.impact = reason.impact;
      RETURN_IF_ERROR(builder_.AddStatement(std::move(statement)));
    }
    return Ok();
  }

  Result<std::optional<uint32_t>> ProductOf(const std::string& id, const std::string& place) {
    const auto known = numbers_.find(id);
    if (known != numbers_.end()) return known->second;
    std::optional<uint32_t> number;
    if (auto product = products_.Find(id)) {
      ASSIGN_OR_RETURN(number, builder_.AddProduct(*std::move(product)));
    } else {
      builder_.Note(place, "\"" + Printable(id, 80) + "\" is no product of the document");
    }
    numbers_.emplace(id, number);
    return number;
  }

  const json::object& root_;
  const Limits& limits_;
  DocumentBuilder builder_;
  CsafProducts products_;
  std::map<std::string, std::optional<uint32_t>> numbers_;  // of products that were asked for
};

}  // namespace

Result<Document> ReadCsaf(const json::object& root, const Limits& limits) {
  return Reader(root, limits).Read();
}

}  // namespace narrows::advisories::vex
