#include "registry/credential_provider_api.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "base/yaml.h"
#include "registry/image_pattern.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

constexpr size_t kMostResponseBytes = 1u << 20;
constexpr std::string_view kConfigGroup = "kubelet.config.k8s.io/";
constexpr std::string_view kProviderGroup = "credentialprovider.kubelet.k8s.io/";

bool IsVersion(std::string_view api_version, std::string_view group) {
  if (!api_version.starts_with(group)) return false;
  api_version.remove_prefix(group.size());
  return api_version == "v1" || api_version == "v1beta1" || api_version == "v1alpha1";
}

// A misspelt field would silently mean something else.
Status KnowsAll(const json::object& object, std::initializer_list<std::string_view> fields) {
  for (const auto& member : object) {
    if (std::find(fields.begin(), fields.end(), std::string_view(member.key())) == fields.end())
      return InvalidArgument("there is no field \"" + Printable(member.key(), 60) + "\"");
  }
  return Ok();
}

Result<std::vector<std::string>> Strings(const json::object& object, std::string_view field) {
  std::vector<std::string> strings;
  const auto* value = object.if_contains(field);
  if (!value || value->is_null()) return strings;
  const auto* array = value->if_array();
  if (!array) return InvalidArgument("\"" + std::string(field) + "\" is no list");
  for (const json::value& item : *array) {
    const auto* text = item.if_string();
    if (!text || text->find('\0') != json::string::npos)
      return InvalidArgument("\"" + std::string(field) +
                             "\" has an item that is no text; put it in quotes");
    strings.emplace_back(*text);
  }
  return strings;
}

Result<std::vector<std::string>> ReadEnvironment(const json::object& object) {
  std::vector<std::string> environment;
  const auto* array = JsonArray(object, "env");
  if (!array) return environment;
  for (const json::value& item : *array) {
    const auto* variable = item.if_object();
    const std::string name = variable ? JsonString(*variable, "name") : "";
    const auto* value = variable ? variable->if_contains("value") : nullptr;
    const auto* text = value ? value->if_string() : nullptr;
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
        (value && !value->is_null() && (!text || text->find('\0') != json::string::npos)))
      return InvalidArgument("an item of \"env\" has no \"name\", or a \"value\" that is no text");
    environment.push_back(name + "=" + (text ? std::string(*text) : ""));
  }
  return environment;
}

Result<CredentialProvider> ReadProvider(const json::object& object) {
  CredentialProvider provider{.name = JsonString(object, "name"),
                              .api_version = JsonString(object, "apiVersion")};
  if (provider.name.empty() || provider.name == "." || provider.name == ".." ||
      provider.name.find_first_of(std::string_view("/ \0", 3)) != std::string::npos)
    return InvalidArgument("\"name\" must be the file name of the program, without '/' and spaces");
  RETURN_IF_ERROR(KnowsAll(object, {"name", "matchImages", "defaultCacheDuration", "apiVersion",
                                    "args", "env", "tokenAttributes"}));
  if (!IsVersion(provider.api_version, kProviderGroup))
    return InvalidArgument("\"apiVersion\" must be " + std::string(kProviderGroup) +
                           "v1, v1beta1 or v1alpha1");
  ASSIGN_OR_RETURN(provider.match_images, Strings(object, "matchImages"));
  if (provider.match_images.empty()) return InvalidArgument("\"matchImages\" is missing or empty");
  for (const std::string& pattern : provider.match_images) {
    if (Status valid = CheckImagePattern(pattern); !valid.has_value())
      return valid.error().Within("matchImages \"" + Printable(pattern, 100) + "\"");
  }
  const auto* duration = object.if_contains("defaultCacheDuration");
  if (!duration || !duration->is_string())
    return InvalidArgument(
        "\"defaultCacheDuration\" is missing; write \"12h\", or \"0s\" for none");
  ASSIGN_OR_RETURN_WITHIN(provider.default_cache_duration, ParseDuration(duration->get_string()),
                          "\"defaultCacheDuration\"");
  if (provider.default_cache_duration < Duration::zero())
    return InvalidArgument("\"defaultCacheDuration\" is negative");
  ASSIGN_OR_RETURN(provider.args, Strings(object, "args"));
  ASSIGN_OR_RETURN(provider.environment, ReadEnvironment(object));
  if (const auto* token = JsonObject(object, "tokenAttributes"))
    provider.requires_token = JsonBool(*token, "requireServiceAccount").value_or(true);
  return provider;
}

}  // namespace

Result<std::vector<CredentialProvider>> ParseCredentialProviderConfig(std::string_view text) {
  ASSIGN_OR_RETURN(const json::value document, ParseYaml(text, {.bytes = 1u << 20, .depth = 16}));
  const auto* root = document.if_object();
  if (!root || JsonString(*root, "kind") != "CredentialProviderConfig" ||
      !IsVersion(JsonString(*root, "apiVersion"), kConfigGroup))
    return InvalidArgument("it is no CredentialProviderConfig of " + std::string(kConfigGroup) +
                           "v1, v1beta1 or v1alpha1");
  RETURN_IF_ERROR(KnowsAll(*root, {"kind", "apiVersion", "providers"}));
  const auto* array = JsonArray(*root, "providers");
  if (!array || array->empty()) return InvalidArgument("it names no \"providers\"");
  std::vector<CredentialProvider> providers;
  for (const json::value& item : *array) {
    const auto* object = item.if_object();
    if (!object) return InvalidArgument("an item of \"providers\" is not an object");
    auto provider = ReadProvider(*object);
    if (!provider.has_value())
      return provider.error().Within("provider \"" + Printable(JsonString(*object, "name"), 60) +
                                     "\"");
    providers.push_back(*std::move(provider));
  }
  return providers;
}

std::string CredentialProviderRequest(const CredentialProvider& provider,
                                      const std::string& image) {
  json::object request;
  request["kind"] = "CredentialProviderRequest";
  request["apiVersion"] = provider.api_version;
  request["image"] = image;
  return json::serialize(request) + "\n";
}

Result<CredentialProviderResponse> ParseCredentialProviderResponse(
    std::string_view bytes, const CredentialProvider& provider, std::string_view origin) {
  const auto document = ParseJson(bytes, {.bytes = kMostResponseBytes, .depth = 16});
  const auto* root = document.has_value() ? document->if_object() : nullptr;
  if (!root) return InvalidArgument("its answer is not a JSON object");
  if (JsonString(*root, "kind") != "CredentialProviderResponse")
    return InvalidArgument("its answer is no CredentialProviderResponse");
  if (JsonString(*root, "apiVersion") != provider.api_version)
    return InvalidArgument("its answer has another apiVersion than " + provider.api_version +
                           ", which the configuration names");
  CredentialProviderResponse response;
  const std::string key = JsonString(*root, "cacheKeyType");
  if (key == "Image") {
    response.cache_key = CredentialProviderResponse::CacheKey::kImage;
  } else if (key == "Registry") {
    response.cache_key = CredentialProviderResponse::CacheKey::kRegistry;
  } else if (key == "Global") {
    response.cache_key = CredentialProviderResponse::CacheKey::kGlobal;
  } else {
    return InvalidArgument("its answer's \"cacheKeyType\" is none of Image, Registry, Global");
  }
  if (const auto* duration = root->if_contains("cacheDuration"); duration && !duration->is_null()) {
    const auto parsed = duration->is_string() ? ParseDuration(duration->get_string())
                                              : Result<Duration>(InvalidArgument(""));
    if (!parsed.has_value())
      return InvalidArgument("its answer's \"cacheDuration\" is no duration");
    response.cache_duration = *parsed;
  }
  const auto* auth = JsonObject(*root, "auth");
  if (!auth) return response;  // it knows of none
  for (const auto& [location, value] : *auth) {
    const auto* entry = value.if_object();
    if (!entry) return InvalidArgument("its answer's \"auth\" has an entry that is no object");
    response.entries.push_back({std::string(location),
                                {.username = JsonString(*entry, "username"),
                                 .password = Secret(JsonString(*entry, "password")),
                                 .origin = std::string(origin)}});
  }
  return response;
}

}  // namespace narrows::registry
