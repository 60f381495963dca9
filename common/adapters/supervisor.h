/* supervisor.h - tells systemd how the process is (sd_notify(3)). Layer: adapters; alone includes
 * systemd/sd-daemon.h.
 *
 * Where there is no NOTIFY_SOCKET all of it says nothing. Not thread-safe: for the loop's thread,
 * whose progress is what feeds the watchdog. */
#pragma once

#include <stdint.h>

typedef struct Supervisor {
    int64_t every_ms; /* between two signs of life; 0: nobody watches */
    int64_t told_at_ms;
} Supervisor;

/* Reads WATCHDOG_USEC and WATCHDOG_PID. */
void supervisor_init(Supervisor *supervisor);

/* The start takes longer, for the reason of status: asks for grant_s more seconds from now. */
void supervisor_waiting(const char *status, int grant_s);
void supervisor_ready(void);

/* Call at each progress. Speaks ten times in the watchdog's interval, so that nine tenths of it may
 * pass between two of them. */
void supervisor_alive(Supervisor *supervisor, int64_t now_ms);
void supervisor_stopping(void);
