// For the laboratory's tests. `echo serve` greets whoever connects to port 8080; `echo ask ADDRESS
// PORT` connects and prints what it is told, or the reason why not.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int Fail(const char* what) {
  printf("%s: %s\n", what, strerror(errno));
  return 1;
}

static void Leave(int signal_number) {
  (void)signal_number;
  _exit(0);
}

static int Serve(void) {
  static const char kGreeting[] = "hello\n";
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
  int one = 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  signal(SIGTERM, Leave);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0) return Fail("bind");
  if (listen(listener, 16) != 0) return Fail("listen");
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) return Fail("accept");
    if (write(connection, kGreeting, sizeof kGreeting - 1) < 0) perror("write");
    close(connection);
  }
}

static int Ask(const char* host, const char* port) {
  char answer[256];
  struct timeval patience = {.tv_sec = 10};
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)atoi(port))};
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return Fail("address");
  if (connect(connection, (struct sockaddr*)&address, sizeof address) != 0) return Fail("connect");
  for (;;) {
    ssize_t length = read(connection, answer, sizeof answer);
    if (length < 0) return Fail("read");
    if (length == 0) return 0;
    fwrite(answer, 1, (size_t)length, stdout);
  }
}

int main(int count, char** arguments) {
  if (count == 2 && strcmp(arguments[1], "serve") == 0) return Serve();
  if (count == 4 && strcmp(arguments[1], "ask") == 0) return Ask(arguments[2], arguments[3]);
  fprintf(stderr, "usage: echo serve | echo ask ADDRESS PORT\n");
  return 2;
}
