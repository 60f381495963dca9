#include "base/exitcode.h"

const ExitCode exit_codes[] = {
    {EXITCODE_DONE, "done", "stopped in order, after SIGTERM or SIGINT"},
    {EXITCODE_FAILED,
     "failed, rejected by a worker, or something is not as it should be (doctor, topics check)",
     "failed, or was told a second time to stop; the supervisor restarts it"},
    {EXITCODE_USAGE, "wrong usage or settings; nothing was done",
     "wrong usage or settings; a restart does not help"},
};
const size_t exit_code_count = sizeof exit_codes / sizeof exit_codes[0];
