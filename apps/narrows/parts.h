#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "ecosystems/package_extractor.h"
#include "model/image.h"
#include "report/documents/text_table.h"
#include "report/terminal/progress.h"
#include "storage/store.h"

namespace narrows::app {

inline constexpr std::string_view kVersion = NARROWS_VERSION;

// Prints "narrows: MESSAGE" on standard error and returns kCouldNotRun.
int Fail(const Error& error);

// Prints "narrows: warning: MESSAGE" on standard error.
void Warn(std::string_view message);

// `flag` where it is set, else narrows.db in the user's cache.
Result<std::filesystem::path> DatabasePath(const std::string& flag);

// What `narrows serve` remembers; the error of an absent file says where to look for one.
Result<std::unique_ptr<storage::Store>> OpenStoreForReading(const std::string& path);

// Progress on standard error, where that is a terminal.
report::terminal::ProgressOptions ProgressOptionsFor(bool quiet);

// Colour and width of standard output; NO_COLOR is honoured.
report::documents::TextOptions StandardOutput();

// The platform of the machine this runs on.
model::Platform ThisPlatform();

}  // namespace narrows::app
