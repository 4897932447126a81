// Without these, a conversion that forgets the error does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "inventory/sbom/readers.h"
#include "inventory/sbom/spdx_packages.h"

namespace narrows::inventory::sbom {
namespace {

namespace dom = simdjson::dom;
using simdjson::SUCCESS;

constexpr size_t kMostJsonDepth = 128;
constexpr size_t kMostJsonValues = 8'000'000;
constexpr size_t kMostNesting = 4;  // envelopes within each other

// The text of a member; empty where there is none, or too long a one.
std::string_view Text(const dom::object& parent, std::string_view key,
                      size_t most = kMostTextBytes) {
  std::string_view text;
  if (parent.at_key(key).get(text) != SUCCESS || text.size() > most) return {};
  return text;
}

std::optional<dom::object> Object(const dom::object& parent, std::string_view key) {
  dom::object object;
  if (parent.at_key(key).get(object) != SUCCESS) return std::nullopt;
  return object;
}

// Calls for each object of the member that is a list.
template <typename OnObject>
Status ForEach(const dom::object& parent, std::string_view key, OnObject on_object) {
  dom::array array;
  if (parent.at_key(key).get(array) != SUCCESS) return Ok();
  for (const dom::element element : array) {
    dom::object object;
    if (element.get(object) == SUCCESS) RETURN_IF_ERROR(on_object(object));
  }
  return Ok();
}

class JsonReader {
 public:
  JsonReader(size_t nesting, Document& document) : nesting_(nesting), document_(document) {}

  Status Read(const dom::object& root) {
    if (Text(root, "bomFormat") == "CycloneDX") return ReadCycloneDx(root);
    if (const std::string_view version = Text(root, "spdxVersion"); !version.empty())
      return ReadSpdx(root, version);
    if (nesting_ < kMostNesting) {
      for (const std::string_view around : {"dsseEnvelope", "sbom"}) {
        if (const auto inner = Object(root, around))
          return JsonReader(nesting_ + 1, document_).Read(*inner);
      }
      if (root.at_key("payload").error() == SUCCESS) return ReadEnvelope(root);
      if (Text(root, "_type").starts_with("https://in-toto.io/Statement/"))
        return ReadStatement(root);
    }
    return InvalidArgument("it is no bill of materials" + std::string(Hint(root)));
  }

 private:
  static std::string_view Hint(const dom::object& root) {
    if (root.at_key("@graph").error() == SUCCESS || root.at_key("@context").error() == SUCCESS)
      return " that is read here; SPDX 3 and other JSON-LD is not, write SPDX 2.3";
    if (root.at_key("artifacts").error() == SUCCESS && root.at_key("descriptor").error() == SUCCESS)
      return " but syft's own report; write one with syft -o cyclonedx-json";
    if (root.at_key("SchemaVersion").error() == SUCCESS)
      return " but trivy's own report; write one with trivy --format cyclonedx";
    return "";
  }

  // DSSE (secure-systems-lab/dsse, envelope.md).
  Status ReadEnvelope(const dom::object& root) {
    const std::string_view type = Text(root, "payloadType");
    if (type.find("in-toto") == std::string_view::npos)
      return InvalidArgument("the envelope holds \"" + Printable(type, 80) +
                             "\", no in-toto attestation");
    const auto payload = Base64Decode(Text(root, "payload", kMostDocumentBytes));
    if (!payload || payload->empty()) return InvalidArgument("the envelope's payload is no base64");
    document_.attested = true;
    return ReadDocument(*payload, nesting_ + 1, document_);
  }

  // in-toto attestations, "Statement" v0.1 and v1.
  Status ReadStatement(const dom::object& root) {
    const std::string_view type = Text(root, "predicateType");
    if (!type.starts_with("https://cyclonedx.org/bom") &&
        !type.starts_with("https://spdx.dev/Document"))
      return InvalidArgument("it is an attestation of another kind (" + Printable(type, 120) +
                             "), no bill of materials");
    document_.attested = true;
    dom::element predicate;
    if (root.at_key("predicate").get(predicate) != SUCCESS)
      return InvalidArgument("the attestation has no predicate");
    dom::object object;
    if (predicate.get(object) == SUCCESS) {
      dom::element data;  // what cosign 1 put around it
      if (object.at_key("Data").get(data) != SUCCESS)
        return JsonReader(nesting_ + 1, document_).Read(object);
      if (data.get(object) == SUCCESS) return JsonReader(nesting_ + 1, document_).Read(object);
      predicate = data;
    }
    std::string_view text;
    if (predicate.get(text) != SUCCESS)
      return InvalidArgument("the attestation's predicate is neither an object nor a text");
    return ReadDocument(text, nesting_ + 1, document_);
  }

  Status ReadCycloneDx(const dom::object& root) {
    const std::string_view version = Text(root, "specVersion");
    RETURN_IF_ERROR(CheckCycloneDxVersion(version));
    document_.format = "CycloneDX " + std::string(version) + " (JSON)";
    if (const auto metadata = Object(root, "metadata")) {
      if (const auto subject = Object(*metadata, "component")) {
        const size_t place = document_.components.size();
        RETURN_IF_ERROR(ReadComponent(*subject, 0));
        document_.components[place].is_subject = true;
        document_.subject = document_.components[place];
      }
      RETURN_IF_ERROR(ForEach(*metadata, "properties", [&](const dom::object& property) {
        if (Text(property, "name") == "narrows:status")
          document_.statuses.emplace_back(Text(property, "value"));
        return Ok();
      }));
    }
    RETURN_IF_ERROR(ForEach(root, "components", [&](const dom::object& component) {
      return ReadComponent(component, 0);
    }));
    return ForEach(root, "compositions", [&](const dom::object& composition) {
      if (Text(composition, "aggregate").starts_with("incomplete")) document_.incomplete = true;
      return Ok();
    });
  }

  Status ReadComponent(const dom::object& object, size_t depth) {
    if (depth > kMostComponentDepth)
      return ResourceExhausted("components are nested deeper than " +
                               std::to_string(kMostComponentDepth));
    if (document_.components.size() == kMostComponents)
      return ResourceExhausted("the document has more than " + std::to_string(kMostComponents) +
                               " components");
    Component component;
    component.type = Text(object, "type");
    component.group = Text(object, "group");
    component.name = Text(object, "name");
    component.version = Text(object, "version");
    component.description = Text(object, "description");
    component.purl = Text(object, "purl");
    RETURN_IF_ERROR(ForEach(object, "properties", [&](const dom::object& property) {
      SetProperty(Text(property, "name"), Text(property, "value"), component.properties);
      return Ok();
    }));
    if (const auto evidence = Object(object, "evidence")) {
      RETURN_IF_ERROR(ForEach(*evidence, "occurrences", [&](const dom::object& occurrence) {
        SetProperty("narrows:path", Text(occurrence, "location"), component.properties);
        return Ok();
      }));
    }
    document_.components.push_back(std::move(component));
    return ForEach(object, "components",
                   [&](const dom::object& inner) { return ReadComponent(inner, depth + 1); });
  }

  Status ReadSpdx(const dom::object& root, std::string_view version) {
    RETURN_IF_ERROR(CheckSpdxVersion(version));
    document_.format = std::string(version) + " (JSON)";
    SpdxPackages packages;
    RETURN_IF_ERROR(ForEach(root, "packages", [&](const dom::object& package) {
      return ReadPackage(package, packages);
    }));
    RETURN_IF_ERROR(ForEach(root, "annotations", [&](const dom::object& annotation) {
      constexpr std::string_view kStatus = "status: ";
      const std::string_view comment = Text(annotation, "comment");
      if (!Text(annotation, "annotator").starts_with("Tool: narrows") ||
          !comment.starts_with(kStatus))
        return Ok();
      document_.incomplete = true;
      document_.statuses.emplace_back(comment.substr(kStatus.size()));
      return Ok();
    }));
    dom::array described;
    if (root.at_key("documentDescribes").get(described) == SUCCESS) {
      for (const dom::element element : described) {
        std::string_view id;
        if (element.get(id) == SUCCESS) packages.AddDescribed(id);
      }
    }
    RETURN_IF_ERROR(ForEach(root, "relationships", [&](const dom::object& relationship) {
      packages.AddRelationship(
          Text(relationship, "spdxElementId"), Text(relationship, "relationshipType"),
          Text(relationship, "relatedSpdxElement"), Text(relationship, "comment"));
      return Ok();
    }));
    std::move(packages).Finish(document_);
    return Ok();
  }

  static Status ReadPackage(const dom::object& package, SpdxPackages& packages) {
    ASSIGN_OR_RETURN(Component* const component,
                     packages.Add(std::string(Text(package, "SPDXID"))));
    component->name = Text(package, "name");
    component->version = Text(package, "versionInfo");
    component->description = Text(package, "description");
    SpdxPackages::SetPurpose(Text(package, "primaryPackagePurpose"), *component);
    ReadSourceInfo(Text(package, "sourceInfo"), component->properties);
    RETURN_IF_ERROR(ForEach(package, "externalRefs", [&](const dom::object& reference) {
      SpdxPackages::AddExternalReference(Text(reference, "referenceType"),
                                         Text(reference, "referenceLocator"), *component);
      return Ok();
    }));
    return ForEach(package, "annotations", [&](const dom::object& annotation) {
      SpdxPackages::AddAnnotation(Text(annotation, "annotator"), Text(annotation, "comment"),
                                  *component);
      return Ok();
    });
  }

  const size_t nesting_;
  Document& document_;
};

}  // namespace

Status ReadJsonDocument(std::string_view text, size_t nesting, Document& document) {
  const auto values = std::count_if(text.begin(), text.end(), [](char c) {
    return c == ',' || c == ':' || c == '[' || c == '{';
  });
  if (static_cast<size_t>(values) > kMostJsonValues)
    return ResourceExhausted("the document has more than " + std::to_string(kMostJsonValues) +
                             " values");
  dom::parser parser(kMostDocumentBytes);
  if (parser.allocate(text.size(), kMostJsonDepth) != SUCCESS)
    return ResourceExhausted("there is no memory for a document of " + std::to_string(text.size()) +
                             " bytes");
  dom::element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root)) {
    const std::string message = std::string("malformed JSON: ") + simdjson::error_message(error);
    return error == simdjson::DEPTH_ERROR ? ResourceExhausted(message) : InvalidArgument(message);
  }
  dom::object object;
  if (root.get(object) != SUCCESS) return InvalidArgument("it is JSON, but no object");
  return JsonReader(nesting, document).Read(object);
}

}  // namespace narrows::inventory::sbom
