#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "base/json.h"
#include "findings/misconfiguration/finder.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

constexpr std::string_view kHidden = "(not shown)";

// Lower case, without what separates words.
std::string Squeezed(std::string_view name) {
  std::string out;
  for (const char c : ToLower(name)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

bool NamesASecret(std::string_view name) {
  const std::string word = Squeezed(name);
  constexpr std::array<std::string_view, 14> kNotTheSecretItself = {
      "file",    "path",   "dir", "name",   "url",  "uri", "endpoint",
      "enabled", "expiry", "ttl", "length", "type", "id",  "ref"};
  for (const std::string_view end : kNotTheSecretItself) {
    if (word.ends_with(end)) return false;
  }
  constexpr std::array<std::string_view, 10> kWords = {
      "password",  "passwd",     "secret",        "token",      "apikey",
      "accesskey", "privatekey", "encryptionkey", "credential", "passphrase"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view secret) {
    return word.find(secret) != std::string::npos;
  });
}

// A long-lived key of a cloud's account: AKIA and sixteen characters.
bool HoldsAccessKey(std::string_view text) {
  for (size_t at = text.find("AKIA"); at != text.npos; at = text.find("AKIA", at + 1)) {
    const std::string_view rest = text.substr(at + 4);
    if (rest.size() >= 16 && std::all_of(rest.begin(), rest.begin() + 16, [](unsigned char c) {
          return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        }))
      return true;
  }
  return false;
}

// scheme://user:password@host
bool HoldsPasswordInUrl(std::string_view text) {
  for (size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 3)) {
    const std::string_view rest = text.substr(at + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?# \n\"'"));
    const size_t user = authority.rfind('@');
    if (user == authority.npos) continue;
    const size_t colon = authority.substr(0, user).find(':');
    if (colon != authority.npos && colon + 1 < user && authority[colon + 1] != '$') return true;
  }
  return false;
}

bool IsASecret(std::string_view value) {
  const size_t key = value.find("PRIVATE KEY-----");
  if (key != value.npos && value.find("-----BEGIN ") < key) return true;
  return HoldsAccessKey(value) || HoldsPasswordInUrl(value);
}

// What may stand under a secret's name without being one: another place to look, a flag, a number.
bool IsHarmless(std::string_view value) {
  value = Trim(value);
  return value.size() < 4 || value[0] == '/' || value.find("$(") != value.npos ||
         value.starts_with("${") || value.find("://") != value.npos || value == "true" ||
         value == "false" || value == "none" ||
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool LooksSecret(std::string_view name, std::string_view value) {
  return IsASecret(value) || (NamesASecret(name) && !IsHarmless(value));
}

}  // namespace

void CheckEnvironment(const PodTemplate& pod, Finder& finder) {
  for (const Container& container : ContainersOf(pod)) {
    const json::array* variables = JsonArray(*container.object, "env");
    for (size_t i = 0; variables && i < variables->size(); ++i) {
      const json::object* variable = (*variables)[i].if_object();
      if (!variable) continue;
      const FieldPath path = container.path.Key("env").Index(i);
      const json::object* from = JsonObject(*variable, "valueFrom");
      if (const json::object* secret = from ? JsonObject(*from, "secretKeyRef") : nullptr)
        finder.Add("secret-from-environment", path.Keys("valueFrom.secretKeyRef"), Shown(*secret));
      if (LooksSecret(JsonString(*variable, "name"), JsonString(*variable, "value")))
        finder.Add("secret-in-environment", path.Key("value"), std::string(kHidden));
    }
    const json::array* sources = JsonArray(*container.object, "envFrom");
    for (size_t i = 0; sources && i < sources->size(); ++i) {
      const json::object* source = (*sources)[i].if_object();
      const json::object* secret = source ? JsonObject(*source, "secretRef") : nullptr;
      if (secret)
        finder.Add("secret-from-environment",
                   container.path.Key("envFrom").Index(i).Key("secretRef"), Shown(*secret));
    }
  }
}

void CheckConfigMap(Finder& finder) {
  const json::object* entries = JsonObject(finder.object(), "data");
  if (!entries) return;
  for (const auto& [key, value] : *entries) {
    if (value.is_string() && LooksSecret(key, value.get_string()))
      finder.Add("secret-in-config-map", FieldPath().Key("data").Key(key), std::string(kHidden));
  }
}

}  // namespace narrows::findings::misconfiguration
