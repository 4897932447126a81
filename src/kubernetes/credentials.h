#pragma once

#include <memory>
#include <string>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "kubernetes/client_config.h"

namespace narrows::kubernetes {

struct Credential {
  std::string authorization;           // the header's value; empty when a certificate does it
  std::string client_certificate_pem;  // of an exec plugin or a file, else empty
  std::string client_key_pem;
};

// The credentials of one user, read, asked for and renewed as needed. Thread-safe; one caller at a
// time runs a plugin, the others wait for its answer.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  // From memory while it is known to be good: a plugin's until it expires, that of a token or
  // certificate file for half a minute. kUnauthenticated names the plugin or file, never what it
  // said in confidence.
  virtual Result<Credential> Get(const CallContext& context) = 0;

  // The server refused `used`: the next Get asks anew, unless that has happened meanwhile.
  virtual void Refused(const Credential& used) = 0;
};

// `clock` outlives it.
std::unique_ptr<CredentialSource> MakeCredentialSource(const ClientConfig& config,
                                                       const Clock& clock);

}  // namespace narrows::kubernetes
