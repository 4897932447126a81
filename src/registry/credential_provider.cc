// The kubelet's credential provider plug-ins (Kubernetes documentation, "Configure a kubelet image
// credential provider").
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "registry/credential_provider_api.h"
#include "registry/credentials.h"
#include "registry/image_pattern.h"

namespace narrows::registry {
namespace {

constexpr size_t kMostConfigBytes = 1u << 20;
constexpr size_t kMostConfigFiles = 100;
constexpr size_t kMostAnswerBytes = 1u << 20;
constexpr size_t kMostCached = 10'000;  // answers of one plug-in
// Stands for every image; no registry is called so.
constexpr const char* kEverywhere = "<global>";

// One plug-in and what it said. Thread-safe; it is run once at a time, so that those who ask
// meanwhile find its answer.
class Plugin {
 public:
  Plugin(CredentialProvider provider, const CredentialProviderOptions& options)
      : provider_(std::move(provider)),
        program_((options.bin_dir / provider_.name).string()),
        timeout_(options.timeout),
        now_(options.now) {}

  const std::string& program() const { return program_; }

  bool Matches(const std::string& repository) const {
    return std::any_of(
        provider_.match_images.begin(), provider_.match_images.end(),
        [&](const std::string& pattern) { return MatchesImagePattern(pattern, repository); });
  }

  Result<std::vector<PullSecret::Entry>> Ask(const ImageReference& image,
                                             const CallContext& context) {
    if (provider_.requires_token)
      return FailedPrecondition(
          "credential provider " + provider_.name +
          " wants a token of the pod's service account, which Narrows has no right to make");
    std::unique_lock lock(running_, std::defer_lock);
    while (!lock.try_lock()) RETURN_IF_ERROR(context.SleepFor(std::chrono::milliseconds(20)));
    if (const auto* known = Cached(image)) return *known;
    auto response = Run(image.Repository(), context.Limited(timeout_));
    if (!response.has_value())
      return response.error().Within("credential provider " + provider_.name);
    Keep(image, *response);
    return std::move(response->entries);
  }

 private:
  struct Answer {
    std::vector<PullSecret::Entry> entries;
    CredentialProviderOptions::Time expiry;
  };

  const std::vector<PullSecret::Entry>* Cached(const ImageReference& image) const {
    for (const std::string& key : {image.Repository(), image.domain(), std::string(kEverywhere)}) {
      const auto found = answers_.find(key);
      if (found != answers_.end() && found->second.expiry > now_()) return &found->second.entries;
    }
    return nullptr;
  }

  void Keep(const ImageReference& image, const CredentialProviderResponse& response) {
    const Duration lifetime = response.cache_duration.value_or(provider_.default_cache_duration);
    if (lifetime <= Duration::zero()) return;
    const auto now = now_();
    if (answers_.size() >= kMostCached)
      std::erase_if(answers_, [&](const auto& answer) { return answer.second.expiry <= now; });
    if (answers_.size() >= kMostCached) answers_.clear();
    std::string key = kEverywhere;
    if (response.cache_key == CredentialProviderResponse::CacheKey::kImage)
      key = image.Repository();
    if (response.cache_key == CredentialProviderResponse::CacheKey::kRegistry) key = image.domain();
    // A year is as good as forever, and no sum with it overflows.
    answers_[key] = {response.entries,
                     now + std::min<Duration>(lifetime, std::chrono::hours(24 * 365))};
  }

  Result<CredentialProviderResponse> Run(const std::string& repository,
                                         const CallContext& context) const {
    Command command{.argv = {program_},
                    .input = CredentialProviderRequest(provider_, repository),
                    .environment = provider_.environment,
                    .most_output = kMostAnswerBytes};
    command.argv.insert(command.argv.end(), provider_.args.begin(), provider_.args.end());
    ASSIGN_OR_RETURN(const CommandResult run, RunCommand(command, context));
    // Its own words may hold what it was given and what it got.
    if (run.exit_code != 0)
      return Unavailable("it failed with exit code " + std::to_string(run.exit_code) + " for " +
                         repository +
                         "; to read its own words, run it by hand with the request on its standard "
                         "input");
    return ParseCredentialProviderResponse(run.output, provider_,
                                           "credential provider " + provider_.name);
  }

  const CredentialProvider provider_;
  const std::string program_;
  const std::chrono::milliseconds timeout_;
  const std::function<CredentialProviderOptions::Time()> now_;
  std::mutex running_;  // and of the answers
  std::map<std::string, Answer> answers_;
};

class CredentialProviders final : public CredentialSource {
 public:
  explicit CredentialProviders(std::vector<std::unique_ptr<Plugin>> plugins)
      : plugins_(std::move(plugins)) {}

  CredentialCandidates For(const ImageReference& image, const CallContext& context) const override {
    // The answers of all plug-ins are put together before the kubelet's order is applied.
    PullSecret answers;
    std::vector<std::string> problems;
    for (const auto& plugin : plugins_) {
      if (!plugin->Matches(image.Repository())) continue;
      auto entries = plugin->Ask(image, context);
      if (!entries.has_value()) {
        problems.push_back(entries.error().message);
        continue;
      }
      for (PullSecret::Entry& entry : *entries) answers.entries.push_back(std::move(entry));
    }
    CredentialCandidates candidates =
        MakePullSecretSource({std::move(answers)})->For(image, context);
    candidates.problems = std::move(problems);
    return candidates;
  }

 private:
  const std::vector<std::unique_ptr<Plugin>> plugins_;
};

// The file itself; of a folder, its *.json, *.yaml and *.yml in the order of their names.
Result<std::vector<std::filesystem::path>> FilesOf(const std::filesystem::path& config) {
  std::error_code error;
  if (!std::filesystem::is_directory(config, error))
    return std::vector<std::filesystem::path>{config};
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(config, error), end; !error && it != end;
       it.increment(error)) {
    const std::string extension = it->path().extension().string();
    if (it->is_directory(error) ||
        (extension != ".json" && extension != ".yaml" && extension != ".yml"))
      continue;
    if (files.size() == kMostConfigFiles)
      return ResourceExhausted(config.string() + " has more than " +
                               std::to_string(kMostConfigFiles) + " configuration files");
    files.push_back(it->path());
  }
  if (error) return FromErrno(error.value(), "cannot read " + config.string());
  if (files.empty()) return NotFound("there is no *.json, *.yaml or *.yml in " + config.string());
  std::sort(files.begin(), files.end());
  return files;
}

Status CheckProgram(const std::string& program) {
  struct stat status {};
  if (stat(program.c_str(), &status) != 0)
    return FromErrno(errno, "there is no credential provider " + program);
  if (!S_ISREG(status.st_mode) || access(program.c_str(), X_OK) != 0)
    return FailedPrecondition("the credential provider " + program + " cannot be executed");
  return Ok();
}

}  // namespace

Result<std::unique_ptr<CredentialSource>> MakeCredentialProviderSource(
    CredentialProviderOptions options) {
  if (!options.now) options.now = [] { return std::chrono::steady_clock::now(); };
  ASSIGN_OR_RETURN(const auto files, FilesOf(options.config));
  std::vector<std::unique_ptr<Plugin>> plugins;
  std::set<std::string> names;
  for (const std::filesystem::path& file : files) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(file, kMostConfigBytes));
    ASSIGN_OR_RETURN_WITHIN(std::vector<CredentialProvider> providers,
                            ParseCredentialProviderConfig(text), file.string());
    for (CredentialProvider& provider : providers) {
      if (!names.insert(provider.name).second)
        return InvalidArgument(file.string() + ": provider \"" + provider.name +
                               "\" is there a second time");
      plugins.push_back(std::make_unique<Plugin>(std::move(provider), options));
      RETURN_IF_ERROR(CheckProgram(plugins.back()->program()));
    }
  }
  return std::unique_ptr<CredentialSource>(
      std::make_unique<CredentialProviders>(std::move(plugins)));
}

}  // namespace narrows::registry
