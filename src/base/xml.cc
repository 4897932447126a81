#include "base/xml.h"

#include <expat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace narrows {
namespace {

constexpr size_t kMostDepth = 64;
constexpr size_t kMostAtOnce = size_t{1} << 20;

std::string_view WithoutPrefix(std::string_view name) { return name.substr(name.find(':') + 1); }

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<XML_ParserStruct, FreeParser>;

class XmlReader {
 public:
  explicit XmlReader(XmlVisitor& visitor) : visitor_(visitor), parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), OnStart, OnEnd);
    XML_SetCharacterDataHandler(parser_.get(), OnText);
    XML_SetEntityDeclHandler(parser_.get(), OnEntity);
  }

  Status Read(std::string_view text) {
    bool last = false;
    while (!last) {
      const std::string_view piece = text.substr(0, kMostAtOnce);
      text.remove_prefix(piece.size());
      last = text.empty();
      const XML_Status status =
          XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
      if (refusal_) return *refusal_;
      if (status != XML_STATUS_OK) return Fault(XML_ErrorString(XML_GetErrorCode(parser_.get())));
    }
    return Ok();
  }

 private:
  Error Fault(const std::string& what) const {
    return InvalidArgument("malformed XML in line " +
                           std::to_string(XML_GetCurrentLineNumber(parser_.get())) + ": " + what);
  }

  void Refuse(Error error) {
    if (!refusal_) refusal_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  static XmlReader& Of(void* data) { return *static_cast<XmlReader*>(data); }

  static void XMLCALL OnStart(void* data, const XML_Char* name, const XML_Char** attributes) {
    Of(data).Start(name, attributes);
  }
  static void XMLCALL OnEnd(void* data, const XML_Char*) { Of(data).End(); }
  static void XMLCALL OnText(void* data, const XML_Char* text, int size) {
    Of(data).text_.append(text, static_cast<size_t>(size));
  }
  static void XMLCALL OnEntity(void* data, const XML_Char*, int, const XML_Char*, int,
                               const XML_Char*, const XML_Char*, const XML_Char*, const XML_Char*) {
    Of(data).Refuse(Of(data).Fault("it declares entities, which are not read"));
  }

  void Start(const XML_Char* name, const XML_Char** attributes) {
    if (refusal_) return;
    if (ends_.size() == kMostDepth) {
      Refuse(ResourceExhausted("XML nested deeper than " + std::to_string(kMostDepth)));
      return;
    }
    ends_.push_back(path_.size());
    if (!path_.empty()) path_ += '/';
    path_ += WithoutPrefix(name);
    text_.clear();
    visitor_.OnStart(path_);
    for (; attributes[0] != nullptr; attributes += 2)
      visitor_.OnAttribute(WithoutPrefix(attributes[0]), attributes[1]);
  }

  void End() {
    if (refusal_) return;
    visitor_.OnEnd(path_, Trim(text_));
    text_.clear();
    path_.resize(ends_.back());
    ends_.pop_back();
  }

  XmlVisitor& visitor_;
  const Parser parser_;
  std::optional<Error> refusal_;
  std::string path_;
  std::vector<size_t> ends_;  // the path's length outside of each open element
  std::string text_;
};

}  // namespace

Status ReadXml(std::string_view text, XmlVisitor& visitor) { return XmlReader(visitor).Read(text); }

}  // namespace narrows
