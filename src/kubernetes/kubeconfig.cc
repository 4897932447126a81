#include "kubernetes/kubeconfig.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/yaml.h"
#include "http/url.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;
using std::filesystem::path;

constexpr size_t kMostPemBytes = 4u << 20;

// Fields of one map, with their place for messages. The first mistake is kept; the values are
// worthless then.
class Fields {
 public:
  Fields(const json::object& object, std::string place)
      : object_(object), place_(std::move(place)) {}

  std::string Text(std::string_view key) {
    const json::value* value = Find(key);
    if (value == nullptr) return {};
    if (const auto* text = value->if_string()) return std::string(*text);
    // A token or password of digits only, not quoted.
    if (const auto* number = value->if_int64()) return std::to_string(*number);
    Refuse(key, "must be a string");
    return {};
  }

  bool Flag(std::string_view key) {
    const json::value* value = Find(key);
    if (value == nullptr) return false;
    if (const bool* flag = value->if_bool()) return *flag;
    Refuse(key, "must be true or false");
    return false;
  }

  std::string Base64(std::string_view key) {
    const std::string text = Text(key);
    if (text.empty()) return {};
    auto bytes = Base64Decode(text);
    if (!bytes) Refuse(key, "is not base64");
    return std::move(bytes).value_or("");
  }

  path File(std::string_view key, const path& folder) {
    const std::string text = Text(key);
    return text.empty() ? path() : (folder / text).lexically_normal();
  }

  std::vector<std::string> Texts(std::string_view key) {
    std::vector<std::string> texts;
    for (const json::value& value : List(key)) {
      if (const auto* text = value.if_string()) {
        texts.emplace_back(*text);
      } else {
        Refuse(key, "must be a list of strings");
      }
    }
    return texts;
  }

  const json::array& List(std::string_view key) {
    static const json::array kNone;
    const json::value* value = Find(key);
    if (value == nullptr) return kNone;
    if (const auto* list = value->if_array()) return *list;
    Refuse(key, "must be a list");
    return kNone;
  }

  const json::object* Map(std::string_view key) {
    const json::value* value = Find(key);
    if (value == nullptr) return nullptr;
    if (const auto* map = value->if_object()) return map;
    Refuse(key, "must be a map");
    return nullptr;
  }

  Status status() const {
    if (mistake_) return InvalidArgument(*mistake_);
    return Ok();
  }

 private:
  const json::value* Find(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void Refuse(std::string_view key, std::string_view what) {
    if (!mistake_) mistake_ = place_ + std::string(key) + ' ' + std::string(what);
  }

  const json::object& object_;
  const std::string place_;
  std::optional<std::string> mistake_;
};

Result<Kubeconfig::Cluster> ParseCluster(const json::object& object, const std::string& place,
                                         const path& folder) {
  Fields fields(object, place);
  Kubeconfig::Cluster cluster;
  cluster.server = fields.Text("server");
  cluster.tls_server_name = fields.Text("tls-server-name");
  cluster.insecure_skip_tls_verify = fields.Flag("insecure-skip-tls-verify");
  cluster.ca_file = fields.File("certificate-authority", folder);
  cluster.ca_pem = fields.Base64("certificate-authority-data");
  cluster.proxy_url = fields.Text("proxy-url");
  RETURN_IF_ERROR(fields.status());
  return cluster;
}

Result<ExecPlugin> ParseExec(const json::object& object, const std::string& place,
                             const path& folder) {
  Fields fields(object, place);
  ExecPlugin plugin;
  plugin.api_version = fields.Text("apiVersion");
  plugin.command = fields.Text("command");
  plugin.arguments = fields.Texts("args");
  plugin.install_hint = fields.Text("installHint");
  plugin.provide_cluster_info = fields.Flag("provideClusterInfo");
  const std::string interactive = fields.Text("interactiveMode");
  for (const json::value& variable : fields.List("env")) {
    const auto* pair = variable.if_object();
    if (pair == nullptr) return InvalidArgument(place + "env must be a list of names and values");
    plugin.environment.push_back(JsonString(*pair, "name") + '=' + JsonString(*pair, "value"));
  }
  RETURN_IF_ERROR(fields.status());
  if (plugin.command.empty()) return InvalidArgument(place + "command is missing");
  if (plugin.command.find('/') != std::string::npos) {
    plugin.command = (folder / plugin.command).lexically_normal().string();
  }
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1") {
    return InvalidArgument(place + "apiVersion \"" + Printable(plugin.api_version) +
                           "\" is not supported; it must be client.authentication.k8s.io/v1 or "
                           "v1beta1");
  }
  if (interactive == "Always") {
    return InvalidArgument(place +
                           "interactiveMode is Always, but narrows asks nothing; log in "
                           "with kubectl first or use a plugin that needs no terminal");
  }
  return plugin;
}

Result<Kubeconfig::User> ParseUser(const json::object& object, const std::string& place,
                                   const path& folder) {
  Fields fields(object, place);
  Kubeconfig::User user;
  user.credentials.token = fields.Text("token");
  user.credentials.token_file = fields.File("tokenFile", folder);
  user.credentials.username = fields.Text("username");
  user.credentials.password = fields.Text("password");
  user.certificate_file = fields.File("client-certificate", folder);
  user.certificate_pem = fields.Base64("client-certificate-data");
  user.key_file = fields.File("client-key", folder);
  user.key_pem = fields.Base64("client-key-data");
  user.impersonation = {
      .user = fields.Text("as"), .uid = fields.Text("as-uid"), .groups = fields.Texts("as-groups")};
  if (fields.Map("as-user-extra") != nullptr) {
    user.unsupported = "as-user-extra is not supported";
  }
  if (const auto* provider = fields.Map("auth-provider")) {
    user.unsupported = "the auth-provider \"" + Printable(JsonString(*provider, "name")) +
                       "\" is not supported; use an exec credential plugin or a token";
  }
  const json::object* exec = fields.Map("exec");
  RETURN_IF_ERROR(fields.status());
  if (exec != nullptr) {
    // A plugin we cannot run must not make the file's other contexts unusable.
    auto plugin = ParseExec(*exec, place + "exec.", folder);
    if (plugin.has_value()) {
      user.credentials.exec = *std::move(plugin);
    } else {
      user.unsupported = plugin.error().message;
    }
  }
  return user;
}

Result<Kubeconfig::Context> ParseContext(const json::object& object, const std::string& place,
                                         const path&) {
  Fields fields(object, place);
  Kubeconfig::Context context{.cluster = fields.Text("cluster"),
                              .user = fields.Text("user"),
                              .name_space = fields.Text("namespace")};
  RETURN_IF_ERROR(fields.status());
  return context;
}

// "clusters: [{name: N, cluster: {…}}]" and the like.
template <typename T, typename Parse>
Status ParseEntries(const json::array& list, const std::string& plural, const std::string& singular,
                    const path& folder, Parse parse, std::map<std::string, T>* entries) {
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string place = plural + '[' + std::to_string(i) + "].";
    const auto* element = list[i].if_object();
    if (element == nullptr) return InvalidArgument(plural + " must be a list of maps");
    Fields fields(*element, place);
    const std::string name = fields.Text("name");
    const json::object* body = fields.Map(singular);
    RETURN_IF_ERROR(fields.status());
    static const json::object kEmpty;
    ASSIGN_OR_RETURN(T entry, parse(body ? *body : kEmpty, place + singular + '.', folder));
    if (!entries->emplace(name, std::move(entry)).second) {
      return InvalidArgument(plural + " has two entries named \"" + Printable(name) + '"');
    }
  }
  return Ok();
}

// `pem` as it stands (data wins over a file), or read from `file`.
Result<std::string> Material(const std::string& pem, const path& file, std::string_view what) {
  if (!pem.empty() || file.empty()) return pem;
  ASSIGN_OR_RETURN_WITHIN(std::string read, ReadFile(file, kMostPemBytes),
                          "reading the " + std::string(what));
  return read;
}

template <typename T>
std::string Names(const std::map<std::string, T>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& [name, entry] : entries) names.push_back(Printable(name));
  return names.empty() ? "none" : Join(names, ", ");
}

Status ResolveCluster(const Kubeconfig::Cluster& cluster, const std::string& name,
                      ClientConfig* config) {
  const auto server = http::Url::Parse(cluster.server);
  if (!server.has_value()) {
    return server.error().Within("server of cluster \"" + Printable(name) + '"');
  }
  config->server = cluster.server;
  config->proxy = cluster.proxy_url;
  config->tls.server_name = cluster.tls_server_name;
  config->tls.insecure_skip_verify = cluster.insecure_skip_tls_verify;
  ASSIGN_OR_RETURN(config->tls.ca_pem,
                   Material(cluster.ca_pem, cluster.ca_file, "certificate authority"));
  if (config->tls.insecure_skip_verify && !config->tls.ca_pem.empty()) {
    return InvalidArgument("cluster \"" + Printable(name) +
                           "\" has a certificate authority and insecure-skip-tls-verify; remove "
                           "one of them");
  }
  return Ok();
}

Status ResolveUser(const Kubeconfig::User& user, const std::string& name, ClientConfig* config) {
  if (!user.unsupported.empty()) {
    return InvalidArgument("user \"" + Printable(name) + "\": " + user.unsupported);
  }
  config->user = user.credentials;
  config->impersonation = user.impersonation;
  ASSIGN_OR_RETURN(config->tls.client_certificate_pem,
                   Material(user.certificate_pem, user.certificate_file, "client certificate"));
  ASSIGN_OR_RETURN(config->tls.client_key_pem, Material(user.key_pem, user.key_file, "client key"));
  if (user.certificate_pem.empty()) config->user.certificate_file = user.certificate_file;
  if (user.key_pem.empty()) config->user.key_file = user.key_file;
  return Ok();
}

}  // namespace

void Kubeconfig::Merge(Kubeconfig later) {
  clusters.merge(later.clusters);
  users.merge(later.users);
  contexts.merge(later.contexts);
  if (current_context.empty()) current_context = std::move(later.current_context);
}

Result<Kubeconfig> ParseKubeconfig(std::string_view text, const path& folder) {
  ASSIGN_OR_RETURN(const json::value document, ParseYaml(text));
  Kubeconfig config;
  if (document.is_null()) return config;
  const auto* object = document.if_object();
  if (object == nullptr) return InvalidArgument("not a kubeconfig: it must be a map");
  Fields fields(*object, "");
  const std::string kind = fields.Text("kind");
  config.current_context = fields.Text("current-context");
  const json::array& clusters = fields.List("clusters");
  const json::array& users = fields.List("users");
  const json::array& contexts = fields.List("contexts");
  RETURN_IF_ERROR(fields.status());
  if (!kind.empty() && kind != "Config") {
    return InvalidArgument("not a kubeconfig: its kind is \"" + Printable(kind) + '"');
  }
  RETURN_IF_ERROR(
      ParseEntries(clusters, "clusters", "cluster", folder, ParseCluster, &config.clusters));
  RETURN_IF_ERROR(ParseEntries(users, "users", "user", folder, ParseUser, &config.users));
  RETURN_IF_ERROR(
      ParseEntries(contexts, "contexts", "context", folder, ParseContext, &config.contexts));
  return config;
}

Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const std::string& context,
                                    const std::string& origin) {
  const std::string& name = context.empty() ? kubeconfig.current_context : context;
  if (name.empty()) {
    return InvalidArgument(origin + " has no current-context; choose one with --context: " +
                           Names(kubeconfig.contexts));
  }
  const auto found = kubeconfig.contexts.find(name);
  if (found == kubeconfig.contexts.end()) {
    return NotFound("context \"" + Printable(name) + "\" does not exist in " + origin +
                    ", which has: " + Names(kubeconfig.contexts));
  }
  ClientConfig config;
  config.origin = "context \"" + Printable(name) + "\" of " + origin;
  const auto cluster = kubeconfig.clusters.find(found->second.cluster);
  if (cluster == kubeconfig.clusters.end()) {
    return InvalidArgument(config.origin + " names the cluster \"" +
                           Printable(found->second.cluster) + "\", which does not exist");
  }
  auto resolved = ResolveCluster(cluster->second, cluster->first, &config);
  if (resolved.has_value() && !found->second.user.empty()) {
    const auto user = kubeconfig.users.find(found->second.user);
    if (user == kubeconfig.users.end()) {
      return InvalidArgument(config.origin + " names the user \"" + Printable(found->second.user) +
                             "\", which does not exist");
    }
    resolved = ResolveUser(user->second, user->first, &config);
  }
  if (!resolved.has_value()) return resolved.error().Within(config.origin);
  if (!found->second.name_space.empty()) config.name_space = found->second.name_space;
  return config;
}

}  // namespace narrows::kubernetes
