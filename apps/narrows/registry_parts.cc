#include "registry_parts.h"

#include <cstdlib>
#include <optional>

#include "base/file.h"

namespace narrows::app {
namespace {

constexpr size_t kMostCaBytes = 4 << 20;

// "HOST=VALUE" apart.
Result<std::pair<std::string, std::string>> SplitAssignment(const std::string& text,
                                                            const char* flag, const char* form) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return InvalidArgument(std::string(flag) + " \"" + text + "\": write " + form);
  return std::make_pair(text.substr(0, equals), text.substr(equals + 1));
}

}  // namespace

Result<registry::RegistryOptions> MakeRegistryOptions(const RegistryFlags& flags) {
  registry::RegistryOptions options;
  options.http.user_agent = "narrows/" NARROWS_VERSION;
  for (const std::string& host : flags.insecure)
    options.hosts[host].tls.insecure_skip_verify = true;
  for (const std::string& host : flags.plain_http) options.hosts[host].plain_http = true;
  for (const std::string& text : flags.ca) {
    ASSIGN_OR_RETURN(const auto pair, SplitAssignment(text, "--registry-ca", "HOST=FILE"));
    ASSIGN_OR_RETURN_WITHIN(std::string pem, ReadFile(pair.second, kMostCaBytes), "--registry-ca");
    options.hosts[pair.first].tls.ca_pem += pem;
  }
  for (const std::string& text : flags.mirrors) {
    ASSIGN_OR_RETURN(const auto pair, SplitAssignment(text, "--registry-mirror", "HOST=URL"));
    options.hosts[pair.first].mirrors.push_back(pair.second);
  }
  options.connections = registry::MakeRegistryConnections();
  return options;
}

Result<std::shared_ptr<const registry::CredentialSource>> MakeLoginCredentials(
    const RegistryFlags& flags) {
  const auto variable = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  // Shared among the images that are read.
  std::shared_ptr<const registry::CredentialSource> files =
      registry::MakeDockerConfigSource({.files = registry::DockerConfigFiles(variable)});
  if (flags.provider_config.empty()) return files;
  registry::CredentialProviderOptions options;
  options.config = flags.provider_config;
  options.bin_dir = flags.provider_bin_dir;
  ASSIGN_OR_RETURN_WITHIN(std::shared_ptr<const registry::CredentialSource> plugins,
                          registry::MakeCredentialProviderSource(std::move(options)),
                          "--image-credential-provider-config");
  return std::shared_ptr<const registry::CredentialSource>(
      registry::MakeKeyring({std::move(files), std::move(plugins)}));
}

}  // namespace narrows::app
