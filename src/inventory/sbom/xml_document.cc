#include <string>
#include <utility>
#include <vector>

#include "base/xml.h"
#include "inventory/sbom/readers.h"

namespace narrows::inventory::sbom {
namespace {

constexpr std::string_view kNamespace = "http://cyclonedx.org/schema/bom/";

class Reader final : public XmlVisitor {
 public:
  explicit Reader(Document& document) : document_(document) {}

  void OnStart(std::string_view path) override {
    attribute_path_ = path;
    property_.clear();
    const bool is_subject = path == "bom/metadata/component";
    const bool begins = open_.empty()
                            ? is_subject || path == "bom/components/component"
                            : path.size() == open_.back().path.size() + kInner.size() &&
                                  path.starts_with(open_.back().path) && path.ends_with(kInner);
    if (!begins) return;
    if (document_.components.size() == kMostComponents) {
      too_many_ = true;
      return;
    }
    open_.push_back({std::string(path), document_.components.size()});
    document_.components.emplace_back();
    document_.components.back().is_subject = is_subject;
  }

  void OnAttribute(std::string_view name, std::string_view value) override {
    if (attribute_path_ == "bom") {
      if (value.starts_with(kNamespace)) version_ = value.substr(kNamespace.size());
    } else if (name == "name") {
      property_ = value;
    } else if (name == "type" && !open_.empty() && open_.back().path == attribute_path_) {
      document_.components[open_.back().place].type = value.substr(0, kMostTextBytes);
    }
  }

  void OnEnd(std::string_view path, std::string_view text) override {
    if (text.size() > kMostTextBytes) text = {};
    if (path == "bom/compositions/composition/aggregate") {
      if (text.starts_with("incomplete")) document_.incomplete = true;
    } else if (path == "bom/metadata/properties/property") {
      if (property_ == "narrows:status") document_.statuses.emplace_back(text);
    }
    if (open_.empty() || !path.starts_with(open_.back().path)) return;
    const std::string_view field = path.substr(open_.back().path.size());
    if (field.empty()) {
      open_.pop_back();
    } else {
      SetField(field, text, document_.components[open_.back().place]);
    }
  }

  Status Finish() {
    if (version_.empty())
      return InvalidArgument("it is XML, but not of CycloneDX: its root element is no \"bom\" in " +
                             std::string(kNamespace) + "1.2 to 1.7");
    RETURN_IF_ERROR(CheckCycloneDxVersion(version_));
    if (too_many_)
      return ResourceExhausted("the document has more than " + std::to_string(kMostComponents) +
                               " components");
    document_.format = "CycloneDX " + version_ + " (XML)";
    for (const Component& component : document_.components) {
      if (component.is_subject) document_.subject = component;
    }
    return Ok();
  }

 private:
  static constexpr std::string_view kInner = "/components/component";
  struct Open {
    std::string path;
    size_t place;  // in the document's components
  };

  void SetField(std::string_view field, std::string_view text, Component& component) {
    if (field == "/group") component.group = text;
    if (field == "/name") component.name = text;
    if (field == "/version") component.version = text;
    if (field == "/description") component.description = text;
    if (field == "/purl") component.purl = text;
    if (field == "/properties/property") SetProperty(property_, text, component.properties);
    if (field == "/evidence/occurrences/occurrence/location")
      SetProperty("narrows:path", text, component.properties);
  }

  Document& document_;
  std::string version_;
  std::string attribute_path_;  // of the element that began last
  std::string property_;        // its name
  std::vector<Open> open_;      // components, the innermost last
  bool too_many_ = false;
};

}  // namespace

Status ReadCycloneDxXml(std::string_view text, Document& document) {
  Reader reader(document);
  RETURN_IF_ERROR(ReadXml(text, reader));
  return reader.Finish();
}

}  // namespace narrows::inventory::sbom
