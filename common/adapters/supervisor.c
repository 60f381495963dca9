#include "adapters/supervisor.h"

#include <systemd/sd-daemon.h>

enum { SIGNS_IN_INTERVAL = 10 };

void supervisor_init(Supervisor *supervisor)
{
    uint64_t interval_us = 0;
    *supervisor = (Supervisor){.every_ms = 0};
    if (sd_watchdog_enabled(0, &interval_us) > 0) {
        int64_t every_ms = (int64_t)(interval_us / 1000 / SIGNS_IN_INTERVAL);
        supervisor->every_ms = every_ms > 0 ? every_ms : 1;
    }
}

void supervisor_waiting(const char *status, int grant_s)
{
    (void)sd_notifyf(0, "STATUS=%s\nEXTEND_TIMEOUT_USEC=%lld", status,
                     (long long)grant_s * 1000000);
}

void supervisor_ready(void)
{
    (void)sd_notify(0, "READY=1\nSTATUS=at work");
}

void supervisor_alive(Supervisor *supervisor, int64_t now_ms)
{
    if (supervisor->every_ms == 0 || now_ms - supervisor->told_at_ms < supervisor->every_ms) {
        return;
    }
    supervisor->told_at_ms = now_ms;
    (void)sd_notify(0, "WATCHDOG=1");
}

void supervisor_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1\nSTATUS=finishing what was begun");
}
