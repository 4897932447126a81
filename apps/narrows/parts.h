#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "ecosystems/version_orders.h"

namespace narrows::app {

inline constexpr std::string_view kVersion = NARROWS_VERSION;

// Prints "narrows: MESSAGE" on standard error and returns kCouldNotRun.
int Fail(const Error& error);

// Prints "narrows: warning: MESSAGE" on standard error.
void Warn(std::string_view message);

// `flag` where it is set, else narrows.db in the user's cache.
Result<std::filesystem::path> DatabasePath(const std::string& flag);

// Every ecosystem's; the list of built-ins is here and nowhere else.
ecosystems::VersionOrders MakeVersionOrders();

}  // namespace narrows::app
