#include "advisories/record_hash.h"

#include <string>
#include <string_view>
#include <vector>

#include "advisories/database_format.h"
#include "base/sha256.h"

namespace narrows::advisories {
namespace {

// Everything is preceded by its length or number, so that no two records encode alike.
class Canonical {
 public:
  void Text(std::string_view text) {
    encoder_.Varint(text.size());
    encoder_.Bytes(text);
  }
  void Number(uint64_t number) { encoder_.Varint(number); }
  void Texts(const std::vector<std::string>& texts) {
    Number(texts.size());
    for (const std::string& text : texts) Text(text);
  }
  const std::string& bytes() const { return encoder_.out(); }

 private:
  Encoder encoder_;
};

void Add(Canonical& out, const Affected& affected) {
  out.Text(affected.ecosystem);
  out.Text(affected.package);
  out.Number(affected.ranges.size());
  for (const Range& range : affected.ranges) {
    out.Number(range.events.size());
    for (const Event& event : range.events) {
      out.Number(static_cast<uint64_t>(event.type));
      out.Text(event.version);
    }
  }
  out.Texts(affected.versions);
  out.Number(static_cast<uint64_t>(affected.unfixed));
  out.Text(affected.vendor_severity);
  out.Text(affected.cvss_vector);
}

}  // namespace

uint64_t HashRecord(const AdvisoryRecord& record) {
  Canonical out;
  out.Text(record.id);
  out.Number(static_cast<uint64_t>(record.kind));
  out.Texts(record.vulnerabilities);
  out.Texts(record.aliases);
  out.Number(record.withdrawn ? 1 : 0);
  out.Text(record.vendor_severity);
  out.Text(record.cvss_vector);
  out.Text(record.severity_source);
  out.Number(record.affected.size());
  for (const Affected& affected : record.affected) Add(out, affected);
  // 64 bits are enough between two records of one id; SHA-256 for their spread, not their secrecy.
  return std::stoull(Sha256Hex(out.bytes()).substr(0, 16), nullptr, 16);
}

}  // namespace narrows::advisories
