#include "cli/screen.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SCREEN_ROWS = 24, SCREEN_COLUMNS = 80, SCREEN_FRAME = 4, SCREEN_FRAME_ONE = 2 };

Screen screen_now(void)
{
    struct winsize size;
    Screen screen = {SCREEN_ROWS, SCREEN_COLUMNS};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        screen.rows = size.ws_row > 0 ? size.ws_row : screen.rows;
        screen.columns = size.ws_col > 0 ? size.ws_col : screen.columns;
    }
    return screen;
}

static sigset_t screen_nap_mask; /* as it was before SIGWINCH was held back */

static void screen_changed(int number)
{
    (void)number; /* that it came is enough: the nap ends */
}

void screen_catch(void)
{
    struct sigaction action = {.sa_handler = screen_changed, .sa_flags = SA_RESTART};
    sigset_t change;
    sigemptyset(&change);
    sigaddset(&change, SIGWINCH);
    sigprocmask(SIG_BLOCK, &change, &screen_nap_mask);
    sigaction(SIGWINCH, &action, NULL);
}

void screen_nap(int nap_ms)
{
    struct timespec nap = {.tv_sec = nap_ms / 1000, .tv_nsec = nap_ms % 1000 * 1000000L};
    ppoll(NULL, 0, &nap, &screen_nap_mask);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

void screen_share(int rows, int above, int below, int *ret_above, int *ret_below)
{
    int room = rows - SCREEN_FRAME;
    if (above == 0 || room < 2) {
        *ret_above = 0;
        *ret_below = least(below, most(rows - SCREEN_FRAME_ONE, 0));
        return;
    }
    *ret_above = least(above, most(most(room / 3, 1), room - below));
    *ret_below = least(below, room - *ret_above);
}
