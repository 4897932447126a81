// Holds the namespaces of a pod: waits until it is killed, and collects the pod's orphans where the
// pod shares one process namespace.
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void Leave(int signal_number) {
  (void)signal_number;
  _exit(0);
}

static void Collect(int signal_number) {
  (void)signal_number;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

int main(void) {
  signal(SIGTERM, Leave);
  signal(SIGINT, Leave);
  signal(SIGCHLD, Collect);
  for (;;) pause();
}
