/* exitcode.h - how processes end, in one table. Layer: base. */
#pragma once

#include <stddef.h>

enum { EXITCODE_DONE = 0, EXITCODE_FAILED = 1, EXITCODE_USAGE = 2 };

typedef struct ExitCode {
    int code;
    const char *command; /* what it says of the command line */
    const char *worker;  /* and of a worker */
} ExitCode;

extern const ExitCode exit_codes[];
extern const size_t exit_code_count;
