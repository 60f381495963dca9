/* screen.h - the terminal that a live view fills. Layer: services/cli. */
#pragma once

typedef struct Screen {
    int rows;
    int columns;
} Screen;

/* Of standard output, as it is now; 24 x 80 where it does not say. */
Screen screen_now(void);

/* From here on a change of size ends screen_nap(), also one that came before it: it is followed at
 * once. */
void screen_catch(void);
void screen_nap(int nap_ms);

/* How two tables, each with a line of names, share the rows with a blank line between them and a
 * line at the foot: the upper one gets a third, and what the lower one leaves. 0 rows: that table
 * has no room at all, nor its names. Pure. */
void screen_share(int rows, int above, int below, int *ret_above, int *ret_below);
