#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::hex {

// Of what Mix and Rebar installed (an application's NAME.app in ebin/, hex_metadata.config), and of
// mix.lock and rebar.lock. The applications of Erlang/OTP itself are listed as such ("OTP"), as
// they come with the runtime and are not on Hex.
std::vector<std::unique_ptr<PackageExtractor>> MakeHexExtractors();

// The packages of Hex in a mix.lock (a map of Elixir, an entry a line); those of a repository or a
// folder have no version and are left out. kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParseMixLock(std::string_view content);

// The same of a rebar.lock (terms of Erlang).
Result<PackageExtractor::Extracted> ParseRebarLock(std::string_view content);

// An application resource file (app(4) of Erlang/OTP): its name and "vsn". Nothing for another
// file, or where the version is still a template's.
Result<PackageExtractor::Extracted> ParseApplication(std::string_view content);

// hex_metadata.config, which lies beside the sources of a package that was fetched. Nothing when it
// has no name and version.
Result<PackageExtractor::Extracted> ParseHexMetadata(std::string_view content);

}  // namespace narrows::ecosystems::hex
