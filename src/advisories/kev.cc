#include "advisories/kev.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "advisories/cve_id.h"
#include "base/json.h"

namespace narrows::advisories {

Result<KevCatalogue> ParseKev(std::string_view json) {
  constexpr size_t kMostBytes = size_t{128} << 20;
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document,
                          ParseJson(json, {.bytes = kMostBytes, .depth = 16}), "KEV catalogue");
  const boost::json::array* entries =
      document.is_object() ? JsonArray(document.get_object(), "vulnerabilities") : nullptr;
  if (entries == nullptr)
    return InvalidArgument(
        "KEV catalogue: no list `vulnerabilities`; expected CISA's "
        "known_exploited_vulnerabilities.json");
  KevCatalogue catalogue;
  catalogue.version = JsonString(document.get_object(), "catalogVersion");
  catalogue.released = JsonString(document.get_object(), "dateReleased");
  for (const boost::json::value& entry : *entries) {
    if (!entry.is_object()) continue;
    std::string cve = JsonString(entry.get_object(), "cveID");
    if (IsCveId(cve)) catalogue.cves.push_back(std::move(cve));
  }
  std::sort(catalogue.cves.begin(), catalogue.cves.end());
  catalogue.cves.erase(std::unique(catalogue.cves.begin(), catalogue.cves.end()),
                       catalogue.cves.end());
  return catalogue;
}

}  // namespace narrows::advisories
