// `narrows vex`: statements of exploitability, written, shown and checked.
#include <iostream>

#include "advisories/vex/document.h"
#include "advisories/vex/openvex_writer.h"
#include "base/file.h"
#include "base/strings.h"
#include "commands.h"
#include "parts.h"
#include "report/documents/json_writer.h"
#include "report/documents/text_table.h"

namespace narrows::app {
namespace {

using advisories::vex::Component;
using advisories::vex::Document;
using advisories::vex::Statement;

Result<Document> ReadFrom(const std::string& path) {
  const advisories::vex::Limits limits;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, limits.bytes));
  ASSIGN_OR_RETURN_WITHIN(Document document, advisories::vex::ReadDocument(text, limits), path);
  return document;
}

std::string NameOf(const ecosystems::Purl& purl) {
  return ecosystems::FormatPurl({purl.type,
                                 purl.name_space,
                                 purl.name,
                                 purl.version,
                                 {purl.qualifiers.begin(), purl.qualifiers.end()}}) +
         (purl.subpath.empty() ? "" : "#" + purl.subpath);
}

// The first name of it, with what limits it.
std::string NameOf(const Component& component) {
  std::string name = "(unknown)";
  if (!component.purls.empty()) {
    name = NameOf(component.purls.front());
  } else if (!component.cpes.empty()) {
    name = component.cpes.front();
  } else if (!component.digests.empty()) {
    name = component.digests.front();
  } else if (!component.bom_links.empty()) {
    name = component.bom_links.front();
  }
  for (const std::string& limit : {component.version, component.range}) {
    if (!limit.empty()) name += " " + limit;
  }
  return name;
}

// "pkg:npm/a@1 in pkg:oci/shop"
std::string NameOf(const advisories::vex::Product& product) {
  std::string name;
  for (const Component& component : product.path)
    name += (name.empty() ? "" : " in ") + NameOf(component);
  return name;
}

std::string ReasonOf(const Statement& statement) {
  std::string reason = statement.justification;
  for (const std::string& text : {statement.impact, statement.action}) {
    if (!text.empty()) reason += (reason.empty() ? "" : ": ") + text;
  }
  return reason;
}

void ShowTable(const std::string& path, const Document& document) {
  using report::documents::OneLine;
  using report::documents::Style;
  std::cout << OneLine(path) << ": " << ToString(document.format) << " " << OneLine(document.id);
  if (!document.author.empty()) std::cout << " by " << OneLine(document.author);
  if (document.time) std::cout << " of " << FormatRfc3339(*document.time);
  std::cout << '\n';
  std::vector<std::vector<report::documents::Cell>> rows;
  for (const Statement& statement : document.statements) {
    const auto time = document.TimeOf(statement);
    for (const uint32_t number : statement.products) {
      rows.push_back({{statement.vulnerabilities.front(), Style::kBold},
                      {std::string(ToString(statement.status)), Style::kPlain},
                      {NameOf(document.products.at(number)), Style::kPlain},
                      {time ? FormatRfc3339(*time) : "", Style::kDim},
                      {ReasonOf(statement), Style::kDim}});
    }
  }
  WriteTextTable({{"VULNERABILITY", false, 14},
                  {"STATUS", false, 12},
                  {"PRODUCT", false, 20},
                  {"TIME", true, 10},
                  {"REASON", false, 10}},
                 rows, StandardOutput(), std::cout);
}

void ShowJson(const std::string& path, const Document& document,
              report::documents::JsonWriter& json) {
  json.BeginObject();
  json.String("file", path);
  json.String("format", ToString(document.format));
  json.OptionalString("document", document.id);
  json.OptionalString("author", document.author);
  json.BeginArray("statements");
  for (const Statement& statement : document.statements) {
    json.BeginObject();
    json.BeginArray("vulnerabilities");
    for (const std::string& name : statement.vulnerabilities) json.String(name);
    json.EndArray();
    json.String("status", ToString(statement.status));
    json.OptionalString("justification", statement.justification);
    json.OptionalString("impact", statement.impact);
    json.OptionalString("action", statement.action);
    if (const auto time = document.TimeOf(statement)) json.String("time", FormatRfc3339(*time));
    json.BeginArray("products");
    for (const uint32_t number : statement.products)
      json.String(NameOf(document.products.at(number)));
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("notes");
  for (const std::string& note : document.notes) json.String(note);
  json.EndArray();
  json.EndObject();
}

}  // namespace

int RunVexCreate(const VexCreateFlags& flags) {
  const advisories::vex::Draft draft{flags.products,
                                     flags.subcomponents,
                                     flags.vulnerabilities,
                                     flags.status,
                                     flags.justification,
                                     flags.impact_statement,
                                     flags.action_statement,
                                     flags.status_note,
                                     flags.author,
                                     "narrows " + std::string(kVersion),
                                     flags.id};
  const auto text = advisories::vex::WriteOpenVex(draft, SystemClock().Now());
  if (!text.has_value()) return Fail(text.error());
  if (!flags.file.empty()) {
    const Status written = WriteFileAtomically(flags.file, *text);
    return written.has_value() ? kDone : Fail(written.error());
  }
  std::cout << *text;
  std::cout.flush();
  return std::cout.good() ? kDone : Fail(Unavailable("standard output could not be written"));
}

int RunVexShow(const VexFileFlags& flags) {
  report::documents::JsonWriter json(std::cout);
  const bool as_json = flags.output == OutputFormat::kJson;
  std::vector<Document> documents;
  for (const std::string& path : flags.files) {
    auto document = ReadFrom(path);
    if (!document.has_value()) return Fail(document.error());
    documents.push_back(*std::move(document));
  }
  if (as_json) json.BeginArray();
  for (size_t i = 0; i < documents.size(); ++i) {
    if (as_json) {
      ShowJson(flags.files[i], documents[i], json);
    } else {
      ShowTable(flags.files[i], documents[i]);
    }
    for (const std::string& note : documents[i].notes) Warn(flags.files[i] + ": " + note);
  }
  if (as_json) json.EndArray();
  if (as_json) std::cout << '\n';
  return kDone;
}

int RunVexValidate(const VexFileFlags& flags) {
  int code = kDone;
  for (const std::string& path : flags.files) {
    const auto document = ReadFrom(path);
    if (!document.has_value()) {
      (void)Fail(document.error());
      code = kViolated;
      continue;
    }
    for (const std::string& note : document->notes) Warn(path + ": " + note);
    if (!document->notes.empty()) code = kViolated;
    std::cout << report::documents::OneLine(path) << ": " << ToString(document->format) << ", "
              << document->statements.size() << " statements, "
              << (document->notes.empty() ? "valid" : "not valid") << '\n';
  }
  return code;
}

}  // namespace narrows::app
