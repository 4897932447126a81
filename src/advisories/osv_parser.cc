#include "advisories/osv_parser.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "advisories/cve_id.h"
#include "advisories/cvss.h"
#include "base/strings.h"
#include "ecosystems/ecosystem_names.h"

namespace narrows::advisories {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

constexpr size_t kMostSummaryCharacters = 120;
constexpr size_t kMostIdBytes = 256;

// Calls visit(key, value) for each member; a value that is no object is passed over.
template <typename Visit>
error_code EachField(ondemand::value value, Visit visit) {
  ondemand::object object;
  if (const error_code error = value.get_object().get(object); error)
    return error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
  for (auto field : object) {
    std::string_view key;
    ondemand::value member;
    if (const error_code error = field.unescaped_key().get(key); error) return error;
    if (const error_code error = field.value().get(member); error) return error;
    if (const error_code error = visit(key, member); error) return error;
  }
  return simdjson::SUCCESS;
}

template <typename Visit>
error_code EachElement(ondemand::value value, Visit visit) {
  ondemand::array array;
  if (const error_code error = value.get_array().get(array); error)
    return error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
  for (auto element : array) {
    if (element.error()) return element.error();
    if (const error_code error = visit(element.value_unsafe()); error) return error;
  }
  return simdjson::SUCCESS;
}

error_code ReadString(ondemand::value value, std::string& text) {
  std::string_view view;
  const error_code error = value.get_string().get(view);
  if (error) return error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
  text = view;
  return simdjson::SUCCESS;
}

error_code ReadStrings(ondemand::value value, std::vector<std::string>& texts) {
  return EachElement(value, [&](ondemand::value item) {
    std::string text;
    const error_code error = ReadString(item, text);
    if (!error && !text.empty()) texts.push_back(std::move(text));
    return error;
  });
}

// What the `severity` arrays and the members beside them say.
struct SeverityStatement {
  std::vector<std::string> vectors;
  std::string word;
};

error_code ReadSeverity(ondemand::value value, SeverityStatement& severity) {
  return EachElement(value, [&](ondemand::value item) {
    std::string type;
    std::string score;
    const error_code error = EachField(item, [&](std::string_view key, ondemand::value member) {
      if (key == "type") return ReadString(member, type);
      if (key == "score") return ReadString(member, score);
      return simdjson::SUCCESS;
    });
    if (type.starts_with("CVSS_")) {
      severity.vectors.push_back(std::move(score));
    } else if (!score.empty()) {
      severity.word = std::move(score);  // "Ubuntu": the priority
    }
    return error;
  });
}

std::string BestVector(const std::vector<std::string>& vectors) {
  const std::string* best = nullptr;
  CvssVersion version = CvssVersion::k2;
  for (const std::string& vector : vectors) {
    const auto score = ScoreCvss(vector);
    if (!score.has_value() || (best != nullptr && score->version <= version)) continue;
    best = &vector;
    version = score->version;
  }
  return best == nullptr ? std::string() : *best;
}

// ---- affected[] ----

error_code ReadEvents(ondemand::value value, Range& range) {
  return EachElement(value, [&](ondemand::value item) {
    return EachField(item, [&](std::string_view key, ondemand::value member) {
      Event event;
      if (key == "introduced") {
        event.type = EventType::kIntroduced;
      } else if (key == "fixed") {
        event.type = EventType::kFixed;
      } else if (key == "last_affected") {
        event.type = EventType::kLastAffected;
      } else if (key == "limit") {
        event.type = EventType::kLimit;
      } else {
        return simdjson::SUCCESS;
      }
      const error_code error = ReadString(member, event.version);
      if (!event.version.empty()) range.events.push_back(std::move(event));
      return error;
    });
  });
}

error_code ReadRanges(ondemand::value value, Affected& affected) {
  return EachElement(value, [&](ondemand::value item) {
    Range range;
    std::string type;
    const error_code error = EachField(item, [&](std::string_view key, ondemand::value member) {
      if (key == "type") return ReadString(member, type);
      if (key == "events") return ReadEvents(member, range);
      return simdjson::SUCCESS;
    });
    if (type != "GIT" && !range.events.empty()) affected.ranges.push_back(std::move(range));
    return error;
  });
}

// Members beside the schema's: Ubuntu's status and priority, Debian's urgency, RustSec's kind.
struct Extras {
  std::string status;
  std::string note;
  std::string priority;
  std::string urgency;
  std::string informational;
  bool malicious = false;
};

error_code ReadExtras(ondemand::value value, Extras& extras) {
  return EachField(value, [&](std::string_view key, ondemand::value member) {
    if (key == "status") return ReadString(member, extras.status);
    if (key == "note") return ReadString(member, extras.note);
    if (key == "ubuntu_priority") return ReadString(member, extras.priority);
    if (key == "urgency") return ReadString(member, extras.urgency);
    if (key == "informational") return ReadString(member, extras.informational);
    if (key != "categories") return simdjson::SUCCESS;
    std::vector<std::string> categories;
    const error_code error = ReadStrings(member, categories);
    extras.malicious =
        std::find(categories.begin(), categories.end(), "malicious") != categories.end();
    return error;
  });
}

model::FixStatus UnfixedStatus(const Extras& extras) {
  const std::string note = ToLower(extras.note);
  const auto noted = [&](std::string_view text) { return note.find(text) != std::string::npos; };
  if (ToLower(extras.urgency) == "end-of-life" || noted("end of life") || noted("end-of-life") ||
      noted("end of kernel support"))
    return model::FixStatus::kEndOfLife;
  if (extras.status == "ignored") return model::FixStatus::kWillNotFix;
  if (extras.status == "deferred") return model::FixStatus::kFixDeferred;
  return model::FixStatus::kAffected;
}

// A word that says something: "untriaged" and "not yet assigned" do not.
std::string RatedWord(const std::string& word) {
  const auto severity = model::ParseSeverity(word);
  return severity.has_value() && *severity != model::Severity::kUnknown ? word : std::string();
}

error_code ReadPackage(ondemand::value value, Affected& affected) {
  return EachField(value, [&](std::string_view key, ondemand::value member) {
    if (key == "ecosystem") return ReadString(member, affected.ecosystem);
    if (key == "name") return ReadString(member, affected.package);
    return simdjson::SUCCESS;
  });
}

error_code ReadAffected(ondemand::value value, AdvisoryRecord& record) {
  Affected affected;
  Extras extras;
  SeverityStatement severity;
  const error_code error = EachField(value, [&](std::string_view key, ondemand::value member) {
    if (key == "package") return ReadPackage(member, affected);
    if (key == "ranges") return ReadRanges(member, affected);
    if (key == "versions") return ReadStrings(member, affected.versions);
    if (key == "severity") return ReadSeverity(member, severity);
    if (key == "ecosystem_specific" || key == "database_specific")
      return ReadExtras(member, extras);
    return simdjson::SUCCESS;
  });
  if (error) return error;
  if (extras.malicious) {
    record.kind = model::FindingKind::kMalware;
  } else if (!extras.informational.empty()) {
    record.kind = model::FindingKind::kInformational;
  }
  if (affected.package.empty() || affected.ecosystem.empty()) return simdjson::SUCCESS;
  affected.package = ecosystems::CanonicalName(affected.ecosystem, affected.package);
  affected.unfixed = UnfixedStatus(extras);
  affected.cvss_vector = BestVector(severity.vectors);
  for (const std::string* word : {&severity.word, &extras.priority, &extras.urgency}) {
    if (affected.vendor_severity.empty()) affected.vendor_severity = RatedWord(*word);
  }
  record.affected.push_back(std::move(affected));
  return simdjson::SUCCESS;
}

// ---- the record ----

struct Raw {
  std::string modified;
  std::string published;
  std::string withdrawn;
  std::string details;
  std::vector<std::string> aliases;
  std::vector<std::string> upstream;
  std::vector<std::string> related;
  SeverityStatement severity;
  double score = -1;  // of a CVSS nobody gives the vector of
  std::string url;
  int url_rank = 0;
};

error_code ReadReferences(ondemand::value value, Raw& raw) {
  return EachElement(value, [&](ondemand::value item) {
    std::string type;
    std::string url;
    const error_code error = EachField(item, [&](std::string_view key, ondemand::value member) {
      if (key == "type") return ReadString(member, type);
      if (key == "url") return ReadString(member, url);
      return simdjson::SUCCESS;
    });
    const int rank = type == "ADVISORY" ? 3 : type == "WEB" || type == "ARTICLE" ? 2 : 1;
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    if (web && rank > raw.url_rank) {
      raw.url = std::move(url);
      raw.url_rank = rank;
    }
    return error;
  });
}

error_code ReadDatabaseSpecific(ondemand::value value, AdvisoryRecord& record, Raw& raw) {
  return EachField(value, [&](std::string_view key, ondemand::value member) {
    if (key == "severity_source") return ReadString(member, record.severity_source);
    if (key == "severity" || key == "ubuntu_priority") {
      std::string word;
      const error_code error = ReadString(member, word);
      if (raw.severity.word.empty()) raw.severity.word = std::move(word);
      return error;
    }
    if (key == "cvss_v2" || key == "cvss_v3" || key == "cvss_v4") {
      double score = -1;
      const error_code error = member.get_double().get(score);
      if (!error && score >= 0 && score <= 10) raw.score = std::max(raw.score, score);
      return error == simdjson::INCORRECT_TYPE || error == simdjson::NUMBER_ERROR
                 ? simdjson::SUCCESS
                 : error;
    }
    return simdjson::SUCCESS;
  });
}

error_code ReadRecord(ondemand::value root, AdvisoryRecord& record, Raw& raw) {
  return EachField(root, [&](std::string_view key, ondemand::value member) {
    if (key == "id") return ReadString(member, record.id);
    if (key == "modified") return ReadString(member, raw.modified);
    if (key == "published") return ReadString(member, raw.published);
    if (key == "withdrawn") return ReadString(member, raw.withdrawn);
    if (key == "aliases") return ReadStrings(member, raw.aliases);
    if (key == "upstream") return ReadStrings(member, raw.upstream);
    if (key == "related") return ReadStrings(member, raw.related);
    if (key == "summary") return ReadString(member, record.summary);
    if (key == "details") return ReadString(member, raw.details);
    if (key == "severity") return ReadSeverity(member, raw.severity);
    if (key == "affected")
      return EachElement(member, [&](ondemand::value item) { return ReadAffected(item, record); });
    if (key == "references") return ReadReferences(member, raw);
    if (key == "database_specific") return ReadDatabaseSpecific(member, record, raw);
    return simdjson::SUCCESS;
  });
}

// ---- what follows from the members ----

std::vector<std::string> CvesOf(const std::vector<std::string>& ids) {
  std::vector<std::string> cves;
  for (const std::string& id : ids) {
    if (IsCveId(id)) cves.push_back(id);
  }
  return cves;
}

void SortUnique(std::vector<std::string>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

// Names of one vulnerability are aliases of each other: a single CVE is kept of them. `upstream`
// and `related` name several, each a vulnerability of its own.
std::vector<std::string> Vulnerabilities(const AdvisoryRecord& record, const Raw& raw) {
  if (IsCveId(record.id)) return {record.id};
  std::vector<std::string> cves = CvesOf(raw.aliases);
  SortUnique(cves);
  if (!cves.empty()) return {cves.front()};
  cves = CvesOf(raw.upstream);
  // The errata of distributions name the CVE ids they fix in `related`. Elsewhere that member names
  // different vulnerabilities that have something to do with this one.
  const bool distribution =
      !record.affected.empty() && ecosystems::IsDistribution(record.affected.front().ecosystem);
  if (cves.empty() && distribution) cves = CvesOf(raw.related);
  SortUnique(cves);
  if (cves.empty()) return {record.id};
  return cves;
}

// "ALBA-2023:1": the second and third letter before the hyphen from the right tell the kind.
std::string_view ErratumKind(std::string_view id) {
  constexpr std::array<std::string_view, 5> kVendors = {"AL", "RL", "RH", "EL", "CE"};
  const size_t hyphen = id.find('-');
  if (hyphen != 4) return {};
  if (std::find(kVendors.begin(), kVendors.end(), id.substr(0, 2)) == kVendors.end()) return {};
  return id.substr(2, 2);
}

model::FindingKind KindOf(const AdvisoryRecord& record) {
  if (record.id.starts_with("MAL-")) return model::FindingKind::kMalware;
  const std::string_view erratum = ErratumKind(record.id);
  if (erratum == "BA" || erratum == "EA") return model::FindingKind::kErratum;
  return record.kind;
}

std::string VendorWord(const AdvisoryRecord& record, const Raw& raw) {
  if (std::string word = RatedWord(raw.severity.word); !word.empty()) return word;
  // "Important: kernel security update" of the Red Hat family.
  const size_t colon = record.summary.find(": ");
  if (colon != std::string::npos && ErratumKind(record.id) == "SA")
    return RatedWord(record.summary.substr(0, colon));
  if (raw.score >= 0) return std::string(model::ToString(model::SeverityOfScore(raw.score)));
  return {};
}

// One line of at most 120 characters (of valid UTF-8, which simdjson has seen to).
std::string Shortened(std::string_view text) {
  std::string line;
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool space = byte <= 0x20;
    if (space && (line.empty() || line.back() == ' ')) continue;
    if ((byte & 0xC0) != 0x80 && ++characters > kMostSummaryCharacters) {
      // Room for the ellipsis: the last character goes.
      while ((static_cast<unsigned char>(line.back()) & 0xC0) == 0x80) line.pop_back();
      line.pop_back();
      return line + "…";
    }
    line += space ? ' ' : text[i];
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

void Finish(AdvisoryRecord& record, Raw& raw) {
  record.vulnerabilities = Vulnerabilities(record, raw);
  record.kind = KindOf(record);
  record.vendor_severity = VendorWord(record, raw);
  std::vector<std::string> vectors = std::move(raw.severity.vectors);
  for (const Affected& affected : record.affected) vectors.push_back(affected.cvss_vector);
  record.cvss_vector = BestVector(vectors);
  record.withdrawn = !raw.withdrawn.empty();
  record.summary = Shortened(record.summary.empty() ? raw.details : record.summary);
  record.url = std::move(raw.url);
  record.aliases = std::move(raw.aliases);
  // `upstream` of a single vulnerability is another name for it.
  if (record.vulnerabilities.size() == 1 && record.vulnerabilities.front() != record.id)
    record.aliases.push_back(record.vulnerabilities.front());
  SortUnique(record.aliases);
  std::erase(record.aliases, record.id);
  if (const auto time = ParseRfc3339(raw.published); time.has_value()) record.published = *time;
}

}  // namespace

struct OsvParser::State {
  ondemand::parser parser;
  std::string buffer;
};

OsvParser::OsvParser() : state_(std::make_unique<State>()) {}
OsvParser::~OsvParser() = default;
OsvParser::OsvParser(OsvParser&&) noexcept = default;
OsvParser& OsvParser::operator=(OsvParser&&) noexcept = default;

Result<AdvisoryRecord> OsvParser::Parse(std::string_view json) {
  if (json.size() > kMostBytes) {
    return ResourceExhausted("an OSV record of " + std::to_string(json.size()) +
                             " bytes is above the limit of " + std::to_string(kMostBytes));
  }
  std::string& buffer = state_->buffer;
  buffer.assign(json);
  buffer.resize(json.size() + simdjson::SIMDJSON_PADDING);
  AdvisoryRecord record;
  Raw raw;
  const auto fail = [&](std::string_view what) {
    const std::string name = record.id.empty() ? "OSV record" : Printable(record.id);
    return InvalidArgument(name + ": " + std::string(what));
  };
  ondemand::document document;
  error_code error =
      state_->parser
          .iterate(simdjson::padded_string_view(buffer.data(), json.size(), buffer.size()))
          .get(document);
  ondemand::value root;
  if (!error) error = document.get_value().get(root);
  if (!error) error = ReadRecord(root, record, raw);
  if (error) return fail(std::string("not JSON: ") + simdjson::error_message(error));
  if (record.id.empty() || record.id.size() > kMostIdBytes) return fail("it has no usable id");
  const auto modified = ParseRfc3339(raw.modified);
  if (!modified.has_value()) return fail("`modified` is missing or no time");
  record.modified = *modified;
  Finish(record, raw);
  return record;
}

}  // namespace narrows::advisories
