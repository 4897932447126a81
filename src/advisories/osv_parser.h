#pragma once

#include <memory>
#include <string_view>

#include "advisories/advisory.h"
#include "base/result.h"

namespace narrows::advisories {

// Reads records of the OSV schema (https://ossf.github.io/osv-schema, 1.0 to 1.7). Unknown members
// and members of another type than the schema's are passed over; only JSON that is none, or a
// record without an id, is an error (kInvalidArgument).
//
// The CVE ids a record is about are taken from its id, `aliases`, `upstream` and, where a
// distribution's erratum has none of these, `related`.
//
// Keeps its buffers between records; one object a thread.
class OsvParser {
 public:
  OsvParser();
  ~OsvParser();
  OsvParser(OsvParser&&) noexcept;
  OsvParser& operator=(OsvParser&&) noexcept;

  static constexpr size_t kMostBytes = size_t{32} << 20;

  Result<AdvisoryRecord> Parse(std::string_view json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace narrows::advisories
