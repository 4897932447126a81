#include "kubernetes/credentials.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/subprocess.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kFileAge{30};
constexpr std::chrono::seconds kPluginTime{60};
// A credential that ends within this time is renewed before it is used.
constexpr std::chrono::seconds kExpiryMargin{10};

class FixedSource final : public CredentialSource {
 public:
  explicit FixedSource(Credential credential) : credential_(std::move(credential)) {}
  Result<Credential> Get(const CallContext&) override { return credential_; }
  void Refused(const Credential&) override {}

 private:
  const Credential credential_;
};

// Keeps what Fetch brought until it expires or is refused.
class RenewedSource : public CredentialSource {
 public:
  explicit RenewedSource(const Clock& clock) : clock_(clock) {}

  Result<Credential> Get(const CallContext& context) override {
    const std::lock_guard lock(mutex_);
    if (kept_ && clock_.Now() < kept_->until) return kept_->credential;
    auto fetched = Fetch(context);
    if (!fetched.has_value()) {
      kept_.reset();
      return std::move(fetched).error();
    }
    kept_ = *std::move(fetched);
    return kept_->credential;
  }

  void Refused(const Credential& used) override {
    const std::lock_guard lock(mutex_);
    if (kept_ && kept_->credential.authorization == used.authorization &&
        kept_->credential.client_certificate_pem == used.client_certificate_pem) {
      kept_.reset();
    }
  }

 protected:
  struct Kept {
    Credential credential;
    TimePoint until;
  };
  virtual Result<Kept> Fetch(const CallContext& context) = 0;

  const Clock& clock_;

 private:
  std::mutex mutex_;
  std::optional<Kept> kept_;
};

class TokenFileSource final : public RenewedSource {
 public:
  TokenFileSource(std::filesystem::path file, const Clock& clock)
      : RenewedSource(clock), file_(std::move(file)) {}

 private:
  Result<Kept> Fetch(const CallContext&) override {
    auto text = ReadFile(file_, 1u << 20);
    if (!text.has_value()) return Unauthenticated("token file: " + text.error().message);
    const std::string_view token = Trim(*text);
    if (token.empty()) return Unauthenticated("token file " + file_.string() + " is empty");
    return Kept{{.authorization = "Bearer " + std::string(token)}, clock_.Now() + kFileAge};
  }

  const std::filesystem::path file_;
};

// A client certificate whose files rotate.
class CertificateFileSource final : public RenewedSource {
 public:
  CertificateFileSource(const ClientConfig& config, const Clock& clock)
      : RenewedSource(clock),
        given_{"", config.tls.client_certificate_pem, config.tls.client_key_pem},
        certificate_file_(config.user.certificate_file),
        key_file_(config.user.key_file) {}

 private:
  Result<Kept> Fetch(const CallContext&) override {
    Kept kept{given_, clock_.Now() + kFileAge};
    RETURN_IF_ERROR(Read(certificate_file_, kept.credential.client_certificate_pem));
    RETURN_IF_ERROR(Read(key_file_, kept.credential.client_key_pem));
    return kept;
  }

  static Status Read(const std::filesystem::path& file, std::string& into) {
    if (file.empty()) return Ok();
    auto text = ReadFile(file, 1u << 20);
    if (!text.has_value()) return Unauthenticated("client certificate: " + text.error().message);
    into = *std::move(text);
    return Ok();
  }

  const Credential given_;  // what no file holds
  const std::filesystem::path certificate_file_;
  const std::filesystem::path key_file_;
};

// The one's header with the other's certificate, unless the one brings a certificate itself.
class CombinedSource final : public CredentialSource {
 public:
  CombinedSource(std::unique_ptr<CredentialSource> header,
                 std::unique_ptr<CredentialSource> certificate)
      : header_(std::move(header)), certificate_(std::move(certificate)) {}

  Result<Credential> Get(const CallContext& context) override {
    ASSIGN_OR_RETURN(Credential credential, header_->Get(context));
    if (!credential.client_certificate_pem.empty()) return credential;
    ASSIGN_OR_RETURN(Credential certificate, certificate_->Get(context));
    certificate.authorization = std::move(credential.authorization);
    return certificate;
  }

  // Which of the two was refused cannot be told.
  void Refused(const Credential& used) override {
    header_->Refused({used.authorization, "", ""});
    header_->Refused(used);
    certificate_->Refused({"", used.client_certificate_pem, used.client_key_pem});
  }

 private:
  const std::unique_ptr<CredentialSource> header_;
  const std::unique_ptr<CredentialSource> certificate_;
};

// client.authentication.k8s.io ExecCredential, v1 and v1beta1 alike.
class ExecSource final : public RenewedSource {
 public:
  ExecSource(const ClientConfig& config, const Clock& clock)
      : RenewedSource(clock), plugin_(*config.user.exec), exec_info_(ExecInfo(config)) {}

 private:
  static std::string ExecInfo(const ClientConfig& config) {
    json::object spec{{"interactive", false}};
    if (config.user.exec->provide_cluster_info) {
      json::object cluster{{"server", config.server}};
      if (!config.tls.server_name.empty()) cluster["tls-server-name"] = config.tls.server_name;
      if (config.tls.insecure_skip_verify) cluster["insecure-skip-tls-verify"] = true;
      if (!config.tls.ca_pem.empty()) {
        cluster["certificate-authority-data"] = Base64Encode(config.tls.ca_pem);
      }
      if (!config.proxy.empty()) cluster["proxy-url"] = config.proxy;
      spec["cluster"] = std::move(cluster);
    }
    return json::serialize(json::object{{"kind", "ExecCredential"},
                                        {"apiVersion", config.user.exec->api_version},
                                        {"spec", std::move(spec)}});
  }

  Result<Kept> Fetch(const CallContext& context) override {
    Command command{.argv = {plugin_.command}, .environment = plugin_.environment};
    command.argv.insert(command.argv.end(), plugin_.arguments.begin(), plugin_.arguments.end());
    command.environment.push_back("KUBERNETES_EXEC_INFO=" + exec_info_);
    const std::string what = "credential plugin " + Printable(plugin_.command);
    const auto result = RunCommand(command, context.Limited(kPluginTime));
    if (!result.has_value()) {
      if (result.error().code == ErrorCode::kNotFound) {
        return Unauthenticated(what + " is not installed" + Hint());
      }
      return result.error().Within(what);
    }
    if (result->exit_code != 0) {
      return Unauthenticated(what + " failed with exit code " + std::to_string(result->exit_code) +
                             ": " + Printable(Trim(result->errors), 400));
    }
    auto kept = Read(result->output);
    if (!kept.has_value()) return Unauthenticated(what + ": " + kept.error().message);
    return kept;
  }

  Result<Kept> Read(const std::string& output) const {
    const auto document = ParseJson(output);
    const auto* object = document.has_value() ? document->if_object() : nullptr;
    if (object == nullptr) return InvalidArgument("its output is no ExecCredential");
    if (JsonString(*object, "kind") != "ExecCredential" ||
        JsonString(*object, "apiVersion") != plugin_.api_version) {
      return InvalidArgument("its output is no ExecCredential of " + plugin_.api_version);
    }
    const auto* status = JsonObject(*object, "status");
    if (status == nullptr) return InvalidArgument("its ExecCredential has no status");
    Kept kept;
    const std::string token = JsonString(*status, "token");
    if (!token.empty()) kept.credential.authorization = "Bearer " + token;
    kept.credential.client_certificate_pem = JsonString(*status, "clientCertificateData");
    kept.credential.client_key_pem = JsonString(*status, "clientKeyData");
    if (token.empty() && kept.credential.client_certificate_pem.empty()) {
      return InvalidArgument("its ExecCredential has neither token nor certificate");
    }
    const std::string expiry = JsonString(*status, "expirationTimestamp");
    kept.until = TimePoint::max();
    if (!expiry.empty()) {
      ASSIGN_OR_RETURN_WITHIN(kept.until, ParseRfc3339(expiry), "expirationTimestamp");
      kept.until -= kExpiryMargin;
    }
    return kept;
  }

  std::string Hint() const {
    return plugin_.install_hint.empty() ? std::string()
                                        : ": " + Printable(plugin_.install_hint, 1000);
  }

  const ExecPlugin plugin_;
  const std::string exec_info_;
};

std::unique_ptr<CredentialSource> MakeHeaderSource(const ClientConfig& config, const Clock& clock) {
  const UserCredentials& user = config.user;
  if (!user.token_file.empty()) return std::make_unique<TokenFileSource>(user.token_file, clock);
  if (!user.token.empty()) {
    return std::make_unique<FixedSource>(Credential{.authorization = "Bearer " + user.token});
  }
  if (!user.username.empty()) {
    return std::make_unique<FixedSource>(
        Credential{.authorization = "Basic " + Base64Encode(user.username + ':' + user.password)});
  }
  if (user.exec) return std::make_unique<ExecSource>(config, clock);
  return std::make_unique<FixedSource>(Credential{});
}

}  // namespace

std::unique_ptr<CredentialSource> MakeCredentialSource(const ClientConfig& config,
                                                       const Clock& clock) {
  auto header = MakeHeaderSource(config, clock);
  if (config.user.certificate_file.empty() && config.user.key_file.empty()) return header;
  return std::make_unique<CombinedSource>(std::move(header),
                                          std::make_unique<CertificateFileSource>(config, clock));
}

}  // namespace narrows::kubernetes
