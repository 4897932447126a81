#include "image_argument.h"

#include <filesystem>
#include <utility>

#include "registry/archive_source.h"
#include "registry/distribution_client.h"
#include "registry/image_reference.h"

namespace narrows::bench {

Result<std::unique_ptr<registry::ImageSource>> OpenImage(const std::string& argument) {
  if (std::filesystem::exists(argument)) return registry::MakeArchiveSource({argument, ""});
  ASSIGN_OR_RETURN(const auto reference, registry::ImageReference::Parse(argument));
  registry::RegistryOptions options;
  options.hosts[reference.domain()].plain_http = true;
  ASSIGN_OR_RETURN(std::unique_ptr<registry::RegistryImage> image,
                   registry::MakeRegistrySource(reference, std::move(options)));
  return std::unique_ptr<registry::ImageSource>(std::move(image));
}

}  // namespace narrows::bench
