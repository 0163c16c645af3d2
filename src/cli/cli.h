/* The command line: options from the commands' tables, opening what a command needs, errors, exit codes. */
#ifndef AK_CLI_CLI_H
#define AK_CLI_CLI_H

#include "base/ak.h"

#ifdef __cplusplus
extern "C" {
#endif

int ak_cli_main(int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif
