// A process that does nothing until it is killed: under another name it stands for a kubelet or an
// API server.
#include <unistd.h>

int main() {
  while (true) pause();
}
