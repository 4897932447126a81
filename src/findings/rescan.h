#pragma once

#include <functional>

#include "base/call_context.h"
#include "base/result.h"
#include "findings/scanner.h"
#include "model/package.h"

namespace narrows::findings {

// Whether a package's findings may be others than before.
using Concerned = std::function<bool(const model::Package&)>;

// What scanner.Scan(image) gives, at the cost of the concerned packages only: the findings of all
// others, and whatever is said of the image as a whole, are those of `before`, an outcome of the
// same image with other advisories.
Result<ScanOutcome> Rescan(const Scanner& scanner, const model::ImageAnalysis& image,
                           const ScanOutcome& before, const Concerned& concerned,
                           const CallContext& context);

}  // namespace narrows::findings
