#pragma once

#include "base/result.h"
#include "http/http_client.h"

namespace narrows::http {

// Whether authorities, certificate and key can be read and the key fits the certificate, so that a
// mistake shows at start and not at the first call. kInvalidArgument; no key in the message.
Status CheckTlsMaterial(const TlsOptions& tls);

}  // namespace narrows::http
