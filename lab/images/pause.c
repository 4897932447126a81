// The program of the small sample images: waits until it is told to end, or for the seconds of its
// argument. As process 1 of a container it has to ask for SIGTERM, else the kernel drops it.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void End(int signal_number) { _exit(signal_number == SIGTERM ? 0 : 1); }

int main(int argc, char** argv) {
  signal(SIGTERM, End);
  signal(SIGINT, End);
  if (argc > 1) {
    sleep((unsigned)atoi(argv[1]));
    return 0;
  }
  for (;;) pause();
}
