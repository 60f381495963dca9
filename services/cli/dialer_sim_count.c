#include "cli/dialer_sim_count.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/table.h"

enum { COUNT_SHOW_MS = 250 };

static const TableColumn count_columns[] = {
    {"offers", TABLE_NUMBER},    {"calls", TABLE_NUMBER},        {"started", TABLE_NUMBER},
    {"ended", TABLE_NUMBER},     {"released", TABLE_NUMBER},     {"lost", TABLE_NUMBER},
    {"too_late", TABLE_NUMBER},  {"revoked", TABLE_NUMBER},      {"expired", TABLE_NUMBER},
    {"stale", TABLE_NUMBER},     {"duplicated", TABLE_NUMBER},   {"late", TABLE_NUMBER},
    {"reordered", TABLE_NUMBER}, {"unread", TABLE_NUMBER},       {"answers", TABLE_JSON},
    {"seconds", TABLE_NUMBER},   {"offers_per_s", TABLE_NUMBER}, {0},
};

/* Those of the columns that count an act, in their order. */
static const SimAct count_acts[] = {SIM_MADE,     SIM_DIALED, SIM_STARTED,  SIM_ENDED,
                                    SIM_RELEASED, SIM_LOST,   SIM_TOO_LATE, SIM_REVOKED,
                                    SIM_EXPIRED,  SIM_STALE,  SIM_AGAIN};

void sim_count_init(SimCount *count, const SimMix *mix, int64_t mono_ms)
{
    *count = (SimCount){.mix = mix, .began_ms = mono_ms, .shown_ms = mono_ms};
}

void sim_count_act(SimCount *count, SimAct act, const SimCall *call)
{
    count->acts[act]++;
    if (act != SIM_ENDED) {
        return;
    }
    count->late += call->fate.late_us > 0;
    count->reordered += call->fate.reordered;
    for (int i = 0; i < count->mix->count; i++) {
        if (count->mix->answers[i].code == call->fate.code) { /* borrowed from it */
            count->answers[i]++;
        }
    }
}

void sim_count_text(
    const SimCount *count, int64_t talking, int64_t waiting, int64_t mono_ms, StrBuf *out)
{
    int64_t calls = count->acts[SIM_DIALED];
    int64_t elapsed_ms = mono_ms - count->shown_ms;
    strbuf_addf(out, "offers %" PRId64 ", calls %" PRId64, count->acts[SIM_MADE], calls);
    if (elapsed_ms > 0) {
        strbuf_addf(out, " (%" PRId64 "/s)", (calls - count->shown_calls) * 1000 / elapsed_ms);
    }
    strbuf_addf(out, ", under way %" PRId64 ", waiting %" PRId64, talking, waiting);
}

void sim_count_show(SimCount *count, const Cli *cli, const SimCalls *calls, int64_t mono_ms)
{
    if (cli->json || mono_ms - count->shown_ms < COUNT_SHOW_MS || !isatty(STDERR_FILENO)) {
        return;
    }
    AUTO_STRBUF text = STRBUF_INIT;
    sim_count_text(count, sim_calls_talking(calls), sim_calls_waiting(calls), mono_ms, &text);
    fprintf(stderr, "\r%s\033[K", text.data);
    fflush(stderr);
    count->drawn = true;
    count->shown_ms = mono_ms;
    count->shown_calls = count->acts[SIM_DIALED];
}

static void count_answers(const SimCount *count, StrBuf *out)
{
    strbuf_addc(out, '{');
    for (int i = 0; i < count->mix->count; i++) {
        const char *code = count->mix->answers[i].code;
        strbuf_adds(out, i > 0 ? "," : "");
        strbuf_add_json(out, code, strlen(code));
        strbuf_addf(out, ":%" PRId64, count->answers[i]);
    }
    strbuf_addc(out, '}');
}

void sim_count_print(SimCount *count, Cli *cli, int64_t mono_ms)
{
    int64_t elapsed_ms = mono_ms > count->began_ms ? mono_ms - count->began_ms : 1;
    AUTO_STRBUF answers = STRBUF_INIT;
    AUTO_FREE char *seconds =
        mem_sprintf("%" PRId64 ".%03d", elapsed_ms / 1000, (int)(elapsed_ms % 1000));
    AUTO_TABLE table;
    if (count->drawn) {
        fprintf(stderr, "\r\033[K");
    }
    table_init(&table, count_columns);
    for (size_t i = 0; i < sizeof count_acts / sizeof count_acts[0]; i++) {
        table_add_i64(&table, count->acts[count_acts[i]]);
    }
    table_add_i64(&table, count->late);
    table_add_i64(&table, count->reordered);
    table_add_i64(&table, count->unread);
    count_answers(count, &answers);
    table_add(&table, answers.data);
    table_add(&table, seconds);
    table_add_i64(&table, count->acts[SIM_MADE] * 1000 / elapsed_ms);
    table_print_one(cli, &table);
}
