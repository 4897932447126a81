// The login files of docker, podman and skopeo (docker's config.json, containers-auth.json(5)) and
// the docker-credential-NAME protocol.
#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "registry/credentials.h"
#include "registry/docker_auth.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

constexpr size_t kMostConfigFileBytes = 4u << 20;
constexpr size_t kMostHelperOutput = 256u << 10;
// The name under which every tool stores Docker Hub's credentials.
constexpr std::string_view kDockerHubServer = "https://index.docker.io/v1/";
constexpr std::string_view kHelperNotFound = "credentials not found";

bool IsDockerHub(std::string_view host) {
  return host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io";
}

// How many bytes of `repository` ("quay.io/a/b") the location covers in whole parts; 0: none.
size_t Coverage(std::string_view location, std::string_view repository) {
  const std::string_view key = LocationKey(location);
  const size_t slash = key.find('/');
  std::string place(key);
  if (IsDockerHub(key.substr(0, slash)))
    place = "docker.io" + (slash == std::string_view::npos ? "" : std::string(key.substr(slash)));
  if (place.empty() || !repository.starts_with(place)) return 0;
  return repository.size() == place.size() || repository[place.size()] == '/' ? place.size() : 0;
}

// The members of `object` that cover the repository, the longest first.
std::vector<const json::key_value_pair*> Covering(const json::object& object,
                                                  std::string_view repository) {
  std::vector<std::pair<size_t, const json::key_value_pair*>> found;
  for (const auto& member : object) {
    if (const size_t length = Coverage(member.key(), repository); length > 0)
      found.emplace_back(length, &member);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const json::key_value_pair*> members;
  members.reserve(found.size());
  for (const auto& [length, member] : found) members.push_back(member);
  return members;
}

bool IsHelperName(std::string_view name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// Asks docker-credential-NAME for a server's credential; nothing when it has none.
Result<std::optional<Credential>> AskHelper(const std::string& name, std::string_view server,
                                            const CallContext& context) {
  if (!IsHelperName(name))
    return InvalidArgument("\"" + Printable(name, 60) +
                           "\" is not the name of a credential helper");
  const std::string program = "docker-credential-" + name;
  auto run = RunCommand({.argv = {program, "get"},
                         .input = std::string(server) + "\n",
                         .most_output = kMostHelperOutput},
                        context);
  if (!run.has_value()) {
    if (run.error().code == ErrorCode::kNotFound)
      return FailedPrecondition(program + " is not in PATH; install it or log in again without it");
    return run.error();
  }
  if (run->exit_code != 0) {
    // By the protocol a failure's reason is on standard output; no credential is there then.
    const std::string_view reason = Trim(run->output.empty() ? run->errors : run->output);
    if (reason.find(kHelperNotFound) != std::string_view::npos) return std::optional<Credential>();
    return Unavailable(program + " failed with exit code " + std::to_string(run->exit_code) + ": " +
                       Printable(reason));
  }
  const auto answer = ParseJson(run->output, {.bytes = kMostHelperOutput, .depth = 8});
  const auto* object = answer.has_value() ? answer->if_object() : nullptr;
  if (!object) return DataLoss(program + " gave an answer that is not a JSON object");
  json::object entry;
  entry["username"] = JsonString(*object, "Username");
  entry["password"] = JsonString(*object, "Secret");
  return ReadAuthEntry(entry, program);
}

class DockerConfigSource final : public CredentialSource {
 public:
  explicit DockerConfigSource(DockerConfigOptions options) : options_(std::move(options)) {}

  CredentialCandidates For(const ImageReference& image, const CallContext& context) const override {
    CredentialCandidates candidates;
    for (const std::filesystem::path& file : options_.files) {
      if (Status status = Collect(file, image, context, candidates); !status.has_value())
        candidates.problems.push_back(status.error().message);
    }
    return candidates;
  }

 private:
  Status Collect(const std::filesystem::path& file, const ImageReference& image,
                 const CallContext& context, CredentialCandidates& into) const {
    const auto bytes = ReadFile(file, kMostConfigFileBytes);
    if (!bytes.has_value() && bytes.error().code == ErrorCode::kNotFound) return Ok();
    if (!bytes.has_value()) return bytes.error();
    ASSIGN_OR_RETURN_WITHIN(const json::value document,
                            ParseJson(*bytes, {.bytes = kMostConfigFileBytes, .depth = 16}),
                            file.string());
    const auto* root = document.if_object();
    if (!root) return InvalidArgument(file.string() + " is not a JSON object");
    const std::string repository = image.Repository();
    FromHelpers(*root, repository, image.domain(), context, into);
    const auto* auths = JsonObject(*root, "auths");
    if (!auths) return Ok();
    for (const json::key_value_pair* member : Covering(*auths, repository)) {
      auto credential = ReadAuthEntry(member->value(), file.string());
      if (!credential.has_value()) {
        into.problems.push_back(credential.error().Within(file.string()).message);
      } else if (*credential) {
        into.credentials.push_back(**std::move(credential));
      }
    }
    return Ok();
  }

  // A helper of credHelpers stands in for the credsStore.
  void FromHelpers(const json::object& root, const std::string& repository,
                   const std::string& domain, const CallContext& context,
                   CredentialCandidates& into) const {
    std::string helper = JsonString(root, "credsStore");
    std::string server = IsDockerHub(domain) ? std::string(kDockerHubServer) : domain;
    if (const auto* helpers = JsonObject(root, "credHelpers")) {
      const auto covering = Covering(*helpers, repository);
      if (!covering.empty() && covering[0]->value().is_string()) {
        helper = std::string(covering[0]->value().get_string());
        server = std::string(covering[0]->key());
      }
    }
    if (helper.empty()) return;
    auto credential = AskHelper(helper, server, context.Limited(options_.helper_timeout));
    if (!credential.has_value()) {
      into.problems.push_back(credential.error().message);
    } else if (*credential) {
      into.credentials.push_back(**std::move(credential));
    }
  }

  DockerConfigOptions options_;
};

}  // namespace

std::unique_ptr<CredentialSource> MakeDockerConfigSource(DockerConfigOptions options) {
  return std::make_unique<DockerConfigSource>(std::move(options));
}

std::vector<std::filesystem::path> DockerConfigFiles(
    const std::function<std::optional<std::string>(const char*)>& variable) {
  const auto set = [&](const char* name) -> std::optional<std::filesystem::path> {
    const auto value = variable(name);
    if (!value || value->empty()) return std::nullopt;
    return std::filesystem::path(*value);
  };
  std::vector<std::filesystem::path> files;
  const auto home = set("HOME");
  if (const auto file = set("REGISTRY_AUTH_FILE")) files.push_back(*file);
  if (const auto folder = set("DOCKER_CONFIG")) {
    files.push_back(*folder / "config.json");
  } else if (home) {
    files.push_back(*home / ".docker" / "config.json");
  }
  if (const auto runtime = set("XDG_RUNTIME_DIR"))
    files.push_back(*runtime / "containers" / "auth.json");
  if (const auto config = set("XDG_CONFIG_HOME")) {
    files.push_back(*config / "containers" / "auth.json");
  } else if (home) {
    files.push_back(*home / ".config" / "containers" / "auth.json");
  }
  return files;
}

}  // namespace narrows::registry
