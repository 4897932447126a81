#include "advisories/vex_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "advisories/database_format.h"
#include "base/strings.h"
#include "ecosystems/purl.h"

namespace narrows::advisories {
namespace {

constexpr size_t kMostImpactBytes = 200;

void PutText(Encoder& out, std::string_view text) {
  out.Varint(text.size());
  out.Bytes(text);
}

std::string GetText(Decoder& decoder) { return std::string(decoder.Bytes(decoder.Varint())); }

// 0 where there is none; the times are after 1970.
void PutTime(Encoder& out, const std::optional<TimePoint>& time) {
  out.Varint(time ? static_cast<uint64_t>(std::max<int64_t>(1, time->time_since_epoch().count()))
                  : 0);
}

std::optional<TimePoint> GetTime(Decoder& decoder) {
  const uint64_t millis = decoder.Varint();
  constexpr uint64_t kMost = uint64_t{1} << 52;
  if (millis == 0 || millis > kMost) return std::nullopt;
  return TimePoint(Duration(static_cast<int64_t>(millis)));
}

std::string TextOf(const ecosystems::Purl& purl) {
  std::string text = ecosystems::FormatPurl({purl.type,
                                             purl.name_space,
                                             purl.name,
                                             purl.version,
                                             {purl.qualifiers.begin(), purl.qualifiers.end()}});
  if (!purl.subpath.empty()) text += "#" + PercentEncode(purl.subpath, "/:");
  return text;
}

void PutComponent(Encoder& out, const vex::Component& component) {
  out.Varint(component.purls.size());
  for (const ecosystems::Purl& purl : component.purls) PutText(out, TextOf(purl));
  PutText(out, component.version);
  PutText(out, component.range);
  for (const auto* list : {&component.cpes, &component.digests}) {
    out.Varint(list->size());
    for (const std::string& text : *list) PutText(out, text);
  }
}

vex::Component GetComponent(Decoder& decoder) {
  vex::Component component;
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left) {
    auto purl = ecosystems::ParsePurl(GetText(decoder));
    if (purl.has_value()) component.purls.push_back(*std::move(purl));
  }
  component.version = GetText(decoder);
  component.range = GetText(decoder);
  for (auto* list : {&component.cpes, &component.digests}) {
    for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left)
      list->push_back(GetText(decoder));
  }
  return component;
}

// The document with these of its statements.
std::string Encode(const vex::Document& document, const std::vector<size_t>& statements) {
  Encoder out;
  out.Varint(static_cast<uint64_t>(document.format));
  PutText(out, document.id);
  PutText(out, document.author);
  PutTime(out, document.time);
  std::map<uint32_t, uint32_t> numbers;  // of the products that are spoken of
  std::vector<uint32_t> products;
  for (const size_t statement : statements) {
    for (const uint32_t product : document.statements[statement].products) {
      if (numbers.try_emplace(product, static_cast<uint32_t>(products.size())).second)
        products.push_back(product);
    }
  }
  out.Varint(products.size());
  for (const uint32_t product : products) {
    out.Varint(document.products[product].path.size());
    for (const vex::Component& component : document.products[product].path)
      PutComponent(out, component);
  }
  out.Varint(statements.size());
  for (const size_t number : statements) {
    const vex::Statement& statement = document.statements[number];
    out.Varint(static_cast<uint64_t>(statement.status));
    PutText(out, statement.justification);
    PutText(out, std::string_view(statement.impact).substr(0, kMostImpactBytes));
    PutTime(out, statement.time);
    out.Varint(statement.products.size());
    for (const uint32_t product : statement.products) out.Varint(numbers[product]);
  }
  return std::move(out.out());
}

vex::Document Decode(Decoder& decoder) {
  vex::Document document;
  const uint64_t format = decoder.Varint();
  if (format > static_cast<uint64_t>(vex::Format::kCycloneDx)) decoder.Fail();
  document.format = static_cast<vex::Format>(format);
  document.id = GetText(decoder);
  document.author = GetText(decoder);
  document.time = GetTime(decoder);
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left) {
    vex::Product& product = document.products.emplace_back();
    const size_t parts = decoder.Count();
    if (parts == 0) decoder.Fail();
    for (size_t i = 0; i < parts && !decoder.failed(); ++i)
      product.path.push_back(GetComponent(decoder));
  }
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left) {
    vex::Statement& statement = document.statements.emplace_back();
    const uint64_t status = decoder.Varint();
    if (status > static_cast<uint64_t>(vex::Status::kUnderInvestigation)) decoder.Fail();
    statement.status = static_cast<vex::Status>(status);
    statement.justification = GetText(decoder);
    statement.impact = GetText(decoder);
    statement.time = GetTime(decoder);
    for (size_t products = decoder.Count(); products > 0 && !decoder.failed(); --products) {
      const uint32_t product = decoder.Varint32();
      if (product >= document.products.size()) decoder.Fail();
      statement.products.push_back(product);
    }
  }
  return document;
}

}  // namespace

void VexTableBuilder::Add(const vex::Document& document) {
  std::map<std::string, std::vector<size_t>> by_vulnerability;
  for (size_t i = 0; i < document.statements.size(); ++i) {
    if (document.statements[i].products.empty()) continue;
    std::set<std::string> names;
    for (const std::string& name : document.statements[i].vulnerabilities)
      names.insert(ToLower(name));
    for (const std::string& name : names) by_vulnerability[name].push_back(i);
    ++statements_;
  }
  for (const auto& [name, statements] : by_vulnerability)
    parts_[name].push_back(Encode(document, statements));
  if (!by_vulnerability.empty()) ++documents_;
}

VexTable VexTableBuilder::Finish() && {
  VexTable table;
  table.documents = documents_;
  table.statements = statements_;
  for (auto& [name, parts] : parts_) {
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    Encoder entry;
    for (const std::string& part : parts) PutText(entry, part);
    table.entries.emplace(name, std::move(entry.out()));
  }
  return table;
}

Result<std::vector<vex::Document>> DecodeStated(std::string_view vulnerability,
                                                std::string_view entry) {
  std::vector<vex::Document> documents;
  Decoder decoder(entry);
  while (decoder.left() > 0 && !decoder.failed()) {
    Decoder part(decoder.Bytes(decoder.Varint()));
    vex::Document document = Decode(part);
    if (part.failed() || part.left() > 0) decoder.Fail();
    for (vex::Statement& statement : document.statements)
      statement.vulnerabilities.emplace_back(vulnerability);
    documents.push_back(std::move(document));
  }
  if (decoder.failed())
    return DataLoss(
        "the advisory database is damaged (what is stated of a vulnerability); build it again with "
        "`narrows db build`");
  return documents;
}

}  // namespace narrows::advisories
