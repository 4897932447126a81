#include "vex_parts.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/file.h"
#include "control/attached_vex.h"
#include "parts.h"
#include "registry_parts.h"

namespace narrows::app {

Result<std::vector<findings::vex::SourcedDocument>> ReadVexFiles(
    const std::vector<std::string>& flags) {
  std::vector<findings::vex::SourcedDocument> documents;
  for (const std::string& path : flags) {
    if (path == kAttached) continue;
    const advisories::vex::Limits limits;
    ASSIGN_OR_RETURN_WITHIN(const std::string text, ReadFile(path, limits.bytes), "--vex");
    ASSIGN_OR_RETURN_WITHIN(advisories::vex::Document document,
                            advisories::vex::ReadDocument(text, limits), "--vex " + path);
    for (const std::string& note : document.notes) Warn("--vex " + path + ": " + note);
    documents.push_back(
        {path, std::make_shared<const advisories::vex::Document>(std::move(document))});
  }
  return documents;
}

bool WantsAttached(const std::vector<std::string>& flags) {
  return std::find(flags.begin(), flags.end(), kAttached) != flags.end();
}

Result<std::vector<findings::vex::SourcedDocument>> ReadAttachedDocuments(
    const registry::ImageReference& reference, const RegistryFlags& registry,
    const model::ImageAnalysis& image, const CallContext& context) {
  ASSIGN_OR_RETURN(registry::RegistryOptions options, MakeRegistryOptions(registry));
  ASSIGN_OR_RETURN(options.credentials, MakeLoginCredentials(registry));
  ASSIGN_OR_RETURN(const auto repository,
                   registry::MakeReferrerRepository(reference, std::move(options)));
  ASSIGN_OR_RETURN_WITHIN(control::AttachedVex attached,
                          control::ReadAttachedVex(*repository, image, context),
                          "--vex " + std::string(kAttached));
  for (const std::string& warning : attached.warnings) Warn(warning);
  if (attached.documents.empty())
    Warn("no VEX document is attached to " + reference.ToFamiliarString());
  return std::move(attached.documents);
}

}  // namespace narrows::app
