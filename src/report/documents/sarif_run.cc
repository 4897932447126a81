#include "report/documents/sarif_run.h"

namespace narrows::report::documents {

void BeginSarifRun(JsonWriter& json, std::string_view tool_version) {
  json.BeginObject();
  json.String("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.String("version", "2.1.0");
  json.BeginArray("runs");
  json.BeginObject();
  json.BeginObject("tool");
  json.BeginObject("driver");
  json.String("name", "Narrows");
  json.OptionalString("version", tool_version);
  json.BeginArray("rules");
}

}  // namespace narrows::report::documents
