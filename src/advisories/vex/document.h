#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "ecosystems/purl.h"

// Vulnerability Exploitability eXchange: what somebody who knows a product states of a
// vulnerability in it. One model for all formats.
namespace narrows::advisories::vex {

enum class Format { kOpenVex, kCsaf, kCycloneDx };
std::string_view ToString(Format format);  // "OpenVEX", "CSAF", "CycloneDX"

enum class Status { kNotAffected, kAffected, kFixed, kUnderInvestigation };
std::string_view ToString(Status status);  // "not_affected", …
std::optional<Status> ParseStatus(std::string_view text);

// The words of a justification that the formats share (OpenVEX, CSAF).
bool IsJustification(std::string_view text);
std::string JustificationList();  // for error messages

// By what a thing is known; any one of these that fits suffices. Nothing fits a component that is
// known by none.
struct Component {
  std::vector<ecosystems::Purl> purls;
  // What the version must be where the purl says none; a range as "vers:deb/>=1|<2".
  std::string version;
  std::string range;
  std::vector<std::string> cpes;       // "cpe:/…" or "cpe:2.3:…"
  std::vector<std::string> digests;    // "sha256:…"
  std::vector<std::string> bom_links;  // "urn:cdx:SERIAL/VERSION#REF"

  bool empty() const {
    return purls.empty() && cpes.empty() && digests.empty() && bom_links.empty();
  }
};

// What is spoken of, then what that must be part of: a package, its module, the image or the
// release it is in. Never empty.
struct Product {
  std::vector<Component> path;
};

struct Statement {
  std::string id;
  std::vector<std::string> vulnerabilities;  // the name, then other names of the same
  std::vector<uint32_t> products;            // of Document::products
  Status status = Status::kUnderInvestigation;
  std::string justification;  // the format's own label; may be empty
  std::string impact;         // why it is not affected, in words
  std::string action;         // what to do where it is affected
  std::optional<TimePoint> time;
};

struct Document {
  Format format = Format::kOpenVex;
  std::string id;
  std::string author;
  std::optional<TimePoint> time;
  std::vector<Product> products;
  std::vector<Statement> statements;  // in the document's order; of the same time the later counts
  // What its specification forbids, and what could not be used; one sentence each, at most
  // kMostNotes. Nothing of it makes a statement say more than is written.
  std::vector<std::string> notes;

  // Of the statement, else the document's.
  std::optional<TimePoint> TimeOf(const Statement& statement) const {
    return statement.time ? statement.time : time;
  }
};

inline constexpr size_t kMostNotes = 50;

struct Limits {
  size_t bytes = size_t{64} << 20;
  size_t memory_bytes = size_t{512} << 20;  // of the text as values, while it is read
  size_t products = 200'000;
  size_t statements = 200'000;
  size_t links = 2'000'000;  // products of all statements
};

// Reads OpenVEX 0.0.1 and 0.2.0, CSAF 2.0 (every profile; what its product_status says) and
// CycloneDX from 1.4 on (vulnerabilities with an analysis), as JSON, bare or in an in-toto
// attestation (a statement, its DSSE envelope, a Sigstore bundle). An attestation's subjects are
// the products of statements that name none; signatures are not looked at.
//
// kInvalidArgument names the member that cannot be read; kNotFound for JSON of none of these kinds;
// kResourceExhausted above a limit.
Result<Document> ReadDocument(std::string_view bytes, const Limits& limits = {});

}  // namespace narrows::advisories::vex
