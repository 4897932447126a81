#include "registry/docker_auth.h"

#include <boost/json.hpp>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::registry {
namespace {

// What docker and a credential helper say in place of a name when the secret is an identity token.
constexpr std::string_view kTokenUser = "<token>";

Status DecodeAuth(std::string_view encoded, Credential& credential) {
  std::string padded(Trim(encoded));
  while (padded.size() % 4 != 0) padded += '=';
  const auto decoded = Base64Decode(padded);
  const size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return InvalidArgument("\"auth\" is not base64 of \"username:password\"");
  credential.username = decoded->substr(0, colon);
  std::string password = decoded->substr(colon + 1);
  while (!password.empty() && password.back() == '\0') password.pop_back();
  credential.password = Secret(std::move(password));
  return Ok();
}

}  // namespace

Result<std::optional<Credential>> ReadAuthEntry(const boost::json::value& entry,
                                                std::string_view origin) {
  const auto* object = entry.if_object();
  if (!object) return InvalidArgument("not an object");
  Credential credential;
  credential.username = JsonString(*object, "username");
  credential.password = Secret(JsonString(*object, "password"));
  if (const std::string auth = JsonString(*object, "auth"); !auth.empty())
    RETURN_IF_ERROR(DecodeAuth(auth, credential));
  credential.identity_token = Secret(JsonString(*object, "identitytoken"));
  credential.registry_token = Secret(JsonString(*object, "registrytoken"));
  if (credential.username == kTokenUser && credential.identity_token.empty())
    credential.identity_token = std::exchange(credential.password, {});
  if (credential.username == kTokenUser) credential.username.clear();
  if (credential.empty()) return std::optional<Credential>();
  credential.origin = std::string(origin);
  return std::optional<Credential>(std::move(credential));
}

std::string_view LocationKey(std::string_view location) {
  if (const size_t scheme = location.find("://"); scheme != std::string_view::npos)
    location.remove_prefix(scheme + 3);
  const size_t slash = location.find('/');
  if (slash == std::string_view::npos) return location;
  const std::string_view path = location.substr(slash);
  if (path == "/" || path == "/v1" || path == "/v2" || path == "/v1/" || path == "/v2/")
    return location.substr(0, slash);
  return location.ends_with('/') ? location.substr(0, location.size() - 1) : location;
}

}  // namespace narrows::registry
