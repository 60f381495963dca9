/* interrupt.h - Ctrl-C as a question instead of an end. Layer: services/cli. */
#pragma once

#include <stdbool.h>

/* From here on SIGINT is noted instead of ending the process. */
void interrupt_catch(void);
/* The same for SIGTERM. */
void interrupt_catch_term(void);
/* Was there one since the last call? */
bool interrupt_take(void);
bool interrupt_pending(void);
