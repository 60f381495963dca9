#include "base/trace.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ID     "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00-" ID "-00f067aa0ba902b7-01"

static const struct {
    const char *parent, *read; /* NULL: refused */
} cases[] = {
    {PARENT, PARENT},
    {"00-" ID "-00f067aa0ba902b7-00", "00-" ID "-00f067aa0ba902b7-00"},
    {"01-" ID "-00f067aa0ba902b7-01", PARENT},
    {"cc-" ID "-00f067aa0ba902b7-01-what-will-be", PARENT},
    {"00-" ID "-00f067aa0ba902b7-01-what-will-be", NULL},
    {"cc-" ID "-00f067aa0ba902b7-01.what", NULL},
    {"ff-" ID "-00f067aa0ba902b7-01", NULL},
    {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", NULL},
    {"00-" ID "-0000000000000000-01", NULL},
    {"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", NULL},
    {"00-" ID "-00f067aa0ba902b7-0", NULL},
    {"00-" ID "-00f067aa0ba902b7-0g", NULL},
    {"00-" ID "_00f067aa0ba902b7-01", NULL},
    {"0x-" ID "-00f067aa0ba902b7-01", NULL},
    {" " PARENT, NULL},
    {PARENT " ", NULL},
    {ID, NULL},
    {"", NULL},
};

Test(trace, takes_valid_parents_only)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Trace trace = {.parent = "as it was"};
        bool read = trace_read(cases[i].parent, strlen(cases[i].parent), NULL, 0, &trace);
        cr_expect_eq(read, cases[i].read != NULL, "%s", cases[i].parent);
        cr_expect_str_eq(trace.parent, cases[i].read != NULL ? cases[i].read : "as it was");
        cr_expect_str_eq(trace.state, "");
    }
    Trace trace;
    cr_expect_not(trace_read(NULL, 0, "a=1", 3, &trace));
    cr_expect_not(trace_read(PARENT "\0", sizeof PARENT, NULL, 0, &trace));
}

Test(trace, a_state_that_cannot_be_handed_on_is_left_out)
{
    char most[TRACE_STATE_SIZE + 1];
    Trace trace;
    memset(most, 'x', sizeof most);
    cr_assert(trace_read(PARENT, strlen(PARENT), "a=1,b@c=2", 9, &trace));
    cr_expect_str_eq(trace.state, "a=1,b@c=2");
    cr_assert(trace_read(PARENT, strlen(PARENT), "a=1\r\nb: 2", 9, &trace));
    cr_expect_str_eq(trace.state, "");
    cr_assert(trace_read(PARENT, strlen(PARENT), "a=\xc3\xa4", 4, &trace));
    cr_expect_str_eq(trace.state, "");
    cr_assert(trace_read(PARENT, strlen(PARENT), most, TRACE_STATE_SIZE - 1, &trace));
    cr_expect_eq(strlen(trace.state), (size_t)TRACE_STATE_SIZE - 1);
    cr_assert(trace_read(PARENT, strlen(PARENT), most, TRACE_STATE_SIZE, &trace));
    cr_expect_str_eq(trace.state, "");
}

Test(trace, has_an_id)
{
    char id[TRACE_ID_SIZE];
    Trace trace;
    cr_assert(trace_read(PARENT, strlen(PARENT), NULL, 0, &trace));
    trace_id(&trace, id);
    cr_expect_str_eq(id, ID);
    trace_id(NULL, id);
    cr_expect_str_eq(id, "");
}
