#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::http::scripted {

// A certificate for a test's server or client, with the authority that signed it.
struct TestIdentity {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
};

// `names` are DNS names or IP addresses; each call has an authority of its own.
TestIdentity MakeTestIdentity(const std::vector<std::string>& names);

struct ScriptedRequest {
  std::string method;
  std::string target;                          // path and query, as sent
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string Header(const std::string& name) const;
};

// One answer of the handler's. Writing after the peer has gone does nothing.
class ScriptedReply {
 public:
  virtual ~ScriptedReply() = default;

  // A whole answer with Content-Length; `headers` are lines without line end.
  virtual void Send(int status, std::string_view body,
                    const std::vector<std::string>& headers = {}) = 0;
  // A chunked answer: Begin, Chunk…, End. Without End it stays open until the handler returns and
  // then breaks off.
  virtual void Begin(int status, const std::vector<std::string>& headers = {}) = 0;
  virtual void Chunk(std::string_view piece) = 0;
  virtual void End() = 0;
  // Bytes as they are; the connection is closed after the handler.
  virtual void Raw(std::string_view bytes) = 0;
  // Sleeps until the server stops, the peer closes or `most` has passed; false in the first two.
  virtual bool Wait(std::chrono::milliseconds most) = 0;
};

struct ScriptedServerOptions {
  TestIdentity identity;      // TLS when it has a certificate
  std::string client_ca_pem;  // a client certificate is demanded when set
};

// An HTTP/1.1 server on 127.0.0.1 for tests: answers by calling the handler, one thread a
// connection, with keep-alive. The handler is called from several threads.
class ScriptedServer {
 public:
  using Handler = std::function<void(const ScriptedRequest&, ScriptedReply&)>;

  explicit ScriptedServer(Handler handler, const ScriptedServerOptions& options = {});
  ~ScriptedServer();  // breaks what is open and joins

  int port() const;
  std::string Url(std::string_view path = "") const;  // "http://127.0.0.1:PORT/path"
  int connections() const;                            // accepted so far

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace narrows::http::scripted
