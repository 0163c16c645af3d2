#include "base/ak.h"
#include "cli/cli.h"

int main(int argc, char **argv) { return ak_cli_main(argc, argv); }
