#include "cli/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t interrupt_noted;

static void interrupt_note(int number)
{
    (void)number;
    interrupt_noted = 1;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = interrupt_note};
    sigaction(SIGINT, &action, NULL);
}

void interrupt_catch_term(void)
{
    struct sigaction action = {.sa_handler = interrupt_note};
    sigaction(SIGTERM, &action, NULL);
}

bool interrupt_pending(void)
{
    return interrupt_noted != 0;
}

bool interrupt_take(void)
{
    bool noted = interrupt_noted != 0;
    interrupt_noted = 0;
    return noted;
}
