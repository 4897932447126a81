#include "http/scripted/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "base/check.h"
#include "base/handle.h"
#include "base/strings.h"

namespace narrows::http::scripted {
namespace {

constexpr size_t kMostRequestHead = 1u << 20;

using SslContext = Handle<SSL_CTX, SSL_CTX_free>;
using Ssl = Handle<SSL, SSL_free>;
using Bio = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

Certificate ReadCertificate(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

SslContext MakeContext(const ScriptedServerOptions& options) {
  if (options.identity.certificate_pem.empty()) return nullptr;
  SslContext context(SSL_CTX_new(TLS_server_method()));
  const std::string& pem = options.identity.key_pem;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  const Certificate certificate = ReadCertificate(options.identity.certificate_pem);
  NARROWS_CHECK(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
  NARROWS_CHECK(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  if (!options.client_ca_pem.empty()) {
    const Certificate ca = ReadCertificate(options.client_ca_pem);
    NARROWS_CHECK(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get()) == 1);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

// A connection's socket, plain or TLS.
class Wire {
 public:
  Wire(int fd, SSL_CTX* context) : fd_(fd) {
    if (context == nullptr) return;
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), fd);
    broken_ = SSL_accept(ssl_.get()) != 1;
    ERR_clear_error();
  }

  bool broken() const { return broken_; }

  // Appends what has come; false at the end.
  bool Read(std::string* into) {
    char bytes[16 << 10];
    const auto got = ssl_ ? static_cast<ssize_t>(SSL_read(ssl_.get(), bytes, sizeof bytes))
                          : recv(fd_, bytes, sizeof bytes, 0);
    ERR_clear_error();
    if (got <= 0) return false;
    into->append(bytes, static_cast<size_t>(got));
    return true;
  }

  void Write(std::string_view bytes) {
    while (!bytes.empty() && !broken_) {
      const auto put = ssl_ ? static_cast<ssize_t>(SSL_write(ssl_.get(), bytes.data(),
                                                             static_cast<int>(bytes.size())))
                            : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ERR_clear_error();
      if (put <= 0) {
        broken_ = true;
        return;
      }
      bytes.remove_prefix(static_cast<size_t>(put));
    }
  }

  // False once the peer has closed or sent anything.
  bool QuietFor(std::chrono::milliseconds most) const {
    pollfd poll_fd{fd_, POLLIN | POLLRDHUP, 0};
    return poll(&poll_fd, 1, static_cast<int>(most.count())) == 0;
  }

 private:
  int fd_;
  Ssl ssl_;
  bool broken_ = false;
};

class Reply final : public ScriptedReply {
 public:
  Reply(Wire* wire, const std::atomic<bool>& stopping, bool head)
      : wire_(wire), stopping_(stopping), head_(head) {}

  void Send(int status, std::string_view body, const std::vector<std::string>& headers) override {
    std::string text = Head(status, headers);
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    if (!head_) text += body;
    wire_->Write(text);
    complete_ = true;
  }
  void Begin(int status, const std::vector<std::string>& headers) override {
    wire_->Write(Head(status, headers) + "Transfer-Encoding: chunked\r\n\r\n");
  }
  void Chunk(std::string_view piece) override {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    wire_->Write(size + std::string(piece) + "\r\n");
  }
  void End() override {
    wire_->Write("0\r\n\r\n");
    complete_ = true;
  }
  void Raw(std::string_view bytes) override { wire_->Write(bytes); }
  bool Wait(std::chrono::milliseconds most) override {
    const auto end = std::chrono::steady_clock::now() + most;
    while (std::chrono::steady_clock::now() < end) {
      if (stopping_ || wire_->broken()) return false;
      if (!wire_->QuietFor(std::chrono::milliseconds(20))) return false;
    }
    return true;
  }

  bool complete() const { return complete_ && !wire_->broken(); }

 private:
  static std::string Head(int status, const std::vector<std::string>& headers) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
    for (const std::string& header : headers) text += header + "\r\n";
    return text;
  }

  Wire* wire_;
  const std::atomic<bool>& stopping_;
  bool head_;
  bool complete_ = false;
};

// Reads one request with its body (Content-Length only); nothing at the end of the connection.
std::optional<ScriptedRequest> ReadRequest(Wire* wire, std::string* buffer) {
  size_t end = 0;
  while ((end = buffer->find("\r\n\r\n")) == buffer->npos) {
    if (buffer->size() > kMostRequestHead || !wire->Read(buffer)) return std::nullopt;
  }
  ScriptedRequest request;
  const std::string head = buffer->substr(0, end);
  buffer->erase(0, end + 4);
  const auto lines = Split(head, '\n');
  const auto first = Split(Trim(lines[0]), ' ');
  if (first.size() != 3) return std::nullopt;
  request.method = first[0];
  request.target = first[1];
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto line = Trim(lines[i]);
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    request.headers[ToLower(line.substr(0, colon))] = Trim(line.substr(colon + 1));
  }
  const auto length = ParseInt(request.Header("content-length")).value_or(0);
  while (buffer->size() < static_cast<size_t>(length)) {
    if (!wire->Read(buffer)) return std::nullopt;
  }
  request.body = buffer->substr(0, static_cast<size_t>(length));
  buffer->erase(0, static_cast<size_t>(length));
  return request;
}

int Listen(int* port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  NARROWS_CHECK(fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  NARROWS_CHECK(listen(fd, 64) == 0);
  NARROWS_CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  *port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

std::string ScriptedRequest::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

struct ScriptedServer::State {
  Handler handler;
  SslContext context;
  int listener = -1;
  int port = 0;
  bool tls = false;
  std::atomic<bool> stopping = false;
  std::atomic<int> connections = 0;
  std::mutex mutex;
  std::list<int> open;  // guarded by mutex
  std::list<std::thread> threads;
  std::thread acceptor;

  void Serve(int fd) {
    {
      Wire wire(fd, context.get());
      std::string buffer;
      while (!stopping && !wire.broken()) {
        const auto request = ReadRequest(&wire, &buffer);
        if (!request) break;
        Reply reply(&wire, stopping, request->method == "HEAD");
        handler(*request, reply);
        if (!reply.complete()) break;
      }
    }
    const std::lock_guard lock(mutex);
    open.remove(fd);
    close(fd);
  }

  void Accept() {
    while (!stopping) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const std::lock_guard lock(mutex);
      if (stopping) {
        close(fd);
        return;
      }
      ++connections;
      open.push_back(fd);
      threads.emplace_back([this, fd] { Serve(fd); });
    }
  }
};

ScriptedServer::ScriptedServer(Handler handler, const ScriptedServerOptions& options)
    : state_(std::make_unique<State>()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  state_->handler = std::move(handler);
  state_->context = MakeContext(options);
  state_->tls = state_->context != nullptr;
  state_->listener = Listen(&state_->port);
  state_->acceptor = std::thread([state = state_.get()] { state->Accept(); });
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    for (const int fd : state_->open) shutdown(fd, SHUT_RDWR);
  }
  shutdown(state_->listener, SHUT_RDWR);
  state_->acceptor.join();
  close(state_->listener);
  for (std::thread& thread : state_->threads) thread.join();
}

int ScriptedServer::port() const { return state_->port; }
int ScriptedServer::connections() const { return state_->connections; }
std::string ScriptedServer::Url(std::string_view path) const {
  return std::string(state_->tls ? "https" : "http") +
         "://127.0.0.1:" + std::to_string(state_->port) + std::string(path);
}

}  // namespace narrows::http::scripted
