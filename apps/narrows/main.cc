#include "command_line.h"

int main(int argc, char** argv) { return narrows::app::RunCommandLine(argc, argv); }
