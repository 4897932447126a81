#include "ecosystems/hex/extractors.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/hex/terms.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::hex {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr size_t kMostInstalledBytes = size_t{1} << 20;

// The applications of Erlang/OTP, those of earlier releases included, and of Elixir. Sorted.
constexpr std::array<std::string_view, 58> kRuntimeApplications = {"asn1",
                                                                   "common_test",
                                                                   "compiler",
                                                                   "cosEvent",
                                                                   "cosEventDomain",
                                                                   "cosFileTransfer",
                                                                   "cosNotification",
                                                                   "cosProperty",
                                                                   "cosTime",
                                                                   "cosTransactions",
                                                                   "crypto",
                                                                   "debugger",
                                                                   "dialyzer",
                                                                   "diameter",
                                                                   "edoc",
                                                                   "eex",
                                                                   "eldap",
                                                                   "elixir",
                                                                   "erl_docgen",
                                                                   "erl_interface",
                                                                   "erts",
                                                                   "et",
                                                                   "eunit",
                                                                   "ex_unit",
                                                                   "ftp",
                                                                   "gs",
                                                                   "hipe",
                                                                   "ic",
                                                                   "iex",
                                                                   "inets",
                                                                   "jinterface",
                                                                   "kernel",
                                                                   "logger",
                                                                   "megaco",
                                                                   "mix",
                                                                   "mnesia",
                                                                   "observer",
                                                                   "odbc",
                                                                   "orber",
                                                                   "os_mon",
                                                                   "ose",
                                                                   "otp_mibs",
                                                                   "parsetools",
                                                                   "percept",
                                                                   "public_key",
                                                                   "reltool",
                                                                   "runtime_tools",
                                                                   "sasl",
                                                                   "snmp",
                                                                   "ssh",
                                                                   "ssl",
                                                                   "stdlib",
                                                                   "syntax_tools",
                                                                   "test_server",
                                                                   "tftp",
                                                                   "tools",
                                                                   "typer",
                                                                   "wx"};
static_assert(std::is_sorted(kRuntimeApplications.begin(), kRuntimeApplications.end()));

bool IsInstalled(std::string_view path) {
  if (path.ends_with(".app")) {
    path.remove_suffix(FileName(path).size());
    return path == "ebin/" || path.ends_with("/ebin/");
  }
  return path.ends_with("hex_metadata.config") && FileName(path) == "hex_metadata.config";
}

// Fetched packages carry the lock files that their authors use.
bool IsLock(std::string_view path) {
  if (!path.ends_with(".lock")) return false;
  const std::string_view file = FileName(path);
  return (file == "mix.lock" || file == "rebar.lock") && !IsBelow(path, "deps");
}

Result<PackageExtractor::Extracted> ParseInstalled(std::string_view path,
                                                   std::string_view content) {
  return path.ends_with(".app") ? ParseApplication(content) : ParseHexMetadata(content);
}

Result<PackageExtractor::Extracted> ParseLock(std::string_view path, std::string_view content) {
  return FileName(path) == "mix.lock" ? ParseMixLock(content) : ParseRebarLock(content);
}

void CompletePackage(model::Package& package) {
  const bool runtime =
      std::binary_search(kRuntimeApplications.begin(), kRuntimeApplications.end(), package.name);
  package.ecosystem = runtime ? "OTP" : "Hex";
  package.purl =
      FormatPurl({runtime ? "otp" : "hex", "", ToLower(package.name), package.version, {}});
}

// Adds the one package that an installed file is of.
PackageExtractor::Extracted Only(std::optional<std::string_view> name,
                                 std::optional<std::string_view> version) {
  PackageExtractor::Extracted extracted;
  if (name && version && IsToken(*name) && IsToken(*version) && version->front() != '%')
    extracted.packages.push_back(LanguagePackage(std::string(*name), std::string(*version)));
  return extracted;
}

// What stands in `{<<"key">>,<<"value">>}`.
std::optional<std::string_view> Metadatum(std::string_view content, std::string_view key) {
  const std::string opening = "{<<\"" + std::string(key) + "\">>,";
  for (size_t at = content.find(opening); at != std::string_view::npos;
       at = content.find(opening, at + 1)) {
    // Those of requirements stand within a list, not at the beginning of a line.
    if (at != 0 && content[at - 1] != '\n') continue;
    std::string_view rest = content.substr(at + opening.size());
    return TakeBinary(rest);
  }
  return std::nullopt;
}

}  // namespace

Result<PackageExtractor::Extracted> ParseMixLock(std::string_view content) {
  if (Trim(content).empty() || !TakeSymbol(content, "%{"))
    return DataLoss("not a mix.lock: it is no map");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  bool closed = content.find('\n') == std::string_view::npos && Trim(content) == "}";
  while (const auto line = NextLine(content)) {
    std::string_view rest = Trim(*line);
    if (rest == "}") closed = true;
    if (!TakeString(rest) || !TakeSymbol(rest, ":") || !TakeSymbol(rest, "{:hex,")) continue;
    const auto name = TakeSymbol(rest, ":") ? TakeAtom(rest) : std::nullopt;
    const auto version = TakeSymbol(rest, ",") ? TakeString(rest) : std::nullopt;
    AddLanguagePackage("an entry", name.value_or(""), version.value_or(""), extracted, complaints);
  }
  if (!closed) complaints.Add("the file ends within the map");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParseRebarLock(std::string_view content) {
  const std::string_view text = Trim(content);
  if (!text.starts_with('{') && !text.starts_with('['))
    return DataLoss("not a rebar.lock: it has no list");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  constexpr std::string_view kPackage = "{pkg,";
  for (size_t at = text.find(kPackage); at != std::string_view::npos;
       at = text.find(kPackage, at + 1)) {
    std::string_view rest = text.substr(at + kPackage.size());
    const auto name = TakeBinary(rest);
    const auto version = TakeSymbol(rest, ",") ? TakeBinary(rest) : std::nullopt;
    AddLanguagePackage("an entry", name.value_or(""), version.value_or(""), extracted, complaints);
  }
  if (!text.ends_with("].")) complaints.Add("the file ends within a list");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParseApplication(std::string_view content) {
  // Comments may stand before the term.
  const size_t start = content.find("{application");
  if (start == std::string_view::npos) return PackageExtractor::Extracted();
  std::string_view rest = content.substr(start);
  if (!TakeSymbol(rest, "{application") || !TakeSymbol(rest, ","))
    return PackageExtractor::Extracted();
  const auto name = TakeAtom(rest);
  for (size_t at = rest.find("{vsn"); at != std::string_view::npos;
       at = rest.find("{vsn", at + 1)) {
    std::string_view value = rest.substr(at);
    if (TakeSymbol(value, "{vsn") && TakeSymbol(value, ",")) return Only(name, TakeString(value));
  }
  return PackageExtractor::Extracted();
}

Result<PackageExtractor::Extracted> ParseHexMetadata(std::string_view content) {
  return Only(Metadatum(content, "name"), Metadatum(content, "version"));
}

std::vector<std::unique_ptr<PackageExtractor>> MakeHexExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor({.name = "hex",
                                              .most_bytes = kMostInstalledBytes,
                                              .claims = IsInstalled,
                                              .parse = ParseInstalled,
                                              .complete = CompletePackage}));
  extractors.push_back(MakeLanguageExtractor({.name = "hex-lock",
                                              .evidence = model::Evidence::kLockFile,
                                              .most_bytes = kMostBytes,
                                              .claims = IsLock,
                                              .parse = ParseLock,
                                              .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::hex
