#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "ecosystems/version_order.h"

namespace narrows::app {

inline constexpr std::string_view kVersion = NARROWS_VERSION;

// Prints "narrows: MESSAGE" on standard error and returns kCouldNotRun.
int Fail(const Error& error);

// Prints "narrows: warning: MESSAGE" on standard error.
void Warn(std::string_view message);

// `flag` where it is set, else narrows.db in the user's cache.
Result<std::filesystem::path> DatabasePath(const std::string& flag);

// Every ecosystem's; the list of built-ins is here and nowhere else.
std::vector<std::unique_ptr<const ecosystems::VersionOrder>> MakeVersionOrders();

}  // namespace narrows::app
