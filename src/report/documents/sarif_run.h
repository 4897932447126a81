#pragma once

#include <string_view>

#include "report/documents/json_writer.h"

namespace narrows::report::documents {

// Begins a SARIF 2.1.0 document of one run, up to the rules of its tool. The caller adds them and
// ends the array "rules", "driver", "tool", the run after its results, "runs" and the document.
void BeginSarifRun(JsonWriter& json, std::string_view tool_version);

}  // namespace narrows::report::documents
