#include "exporter/export_reason.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

const FilterField export_reason_field = {"reason", FILTER_TYPE_TEXT, "",
                                         "why it was not called then; dialable_now: nothing was in "
                                         "the way"};

/* ---- the facts, in SQL ---- */

/* For a lead that waits in a list that is not held: due, put_off, code, zones, regions, busy,
 * calls.
 */
#define UNIT "E'\\x1f'"
static const char waiting_sql[] =
    "concat_ws(" UNIT ", l.stage, (coalesce(l.due_at, '-infinity') <= [at])::int,"
    " coalesce((SELECT p.why FROM put_off p WHERE p.lead_id = l.lead_id AND p.until = l.due_at), "
    "0),"
    " CASE WHEN l.attempts > 0 AND l.hold & 8 = 0 THEN l.status ELSE '' END,"
    " coalesce((SELECT g.zones || " UNIT " || g.regions FROM zone_set z JOIN gate g USING (gate_no)"
    " WHERE z.zone_set_no = l.zone_set_no), " UNIT "),"
    " coalesce((SELECT EXISTS (SELECT FROM offer o WHERE o.number_id = n.number_id AND o.state < 9)"
    "::int || " UNIT " || coalesce((SELECT string_agg((extract(epoch FROM c.started_at) * 1000000)"
    "::bigint::text, ' ' ORDER BY c.started_at DESC) FROM ("
    "SELECT a.started_at FROM attempt a WHERE a.number_id = n.number_id AND a.started_at > [since]"
    " AND a.started_at <= [at] AND a.recorded_at > [since] UNION ALL"
    " SELECT o.started_at FROM offer o WHERE o.number_id = n.number_id AND o.ended_by = 'lapsed'"
    " AND o.started_at > [since] AND o.started_at <= [at]) c), '')"
    " FROM number n WHERE n.phone = l.phone), '0' || " UNIT "))";

/* A time of our own clock, as a literal. */
static void add_time(int64_t time_us, StrBuf *sql)
{
    char text[CLOCK_RFC3339_SIZE];
    clock_format_rfc3339(time_us, text);
    strbuf_addf(sql, "'%s'::timestamptz", text);
}

/* waiting_sql with its times put in. */
static void add_waiting(int64_t at_us, int64_t since_us, StrBuf *sql)
{
    for (const char *text = waiting_sql; *text != '\0';) {
        size_t len = strcspn(text, "[");
        strbuf_add(sql, text, len);
        text += len;
        if (*text != '\0') {
            bool is_at = strncmp(text, "[at]", 4) == 0;
            add_time(is_at ? at_us : since_us, sql);
            text += is_at ? sizeof "[at]" - 1 : sizeof "[since]" - 1;
        }
    }
}

void export_reason_sql(const WhyList *list, StrBuf *sql)
{
    if (list == NULL || list->held != WHY_DIALABLE_NOW) {
        strbuf_adds(sql, "l.stage::text");
        return;
    }
    strbuf_addf(sql, "CASE WHEN l.stage = %d THEN ", STAGE_READY);
    add_waiting(list->at_us, why_list_calls_since_us(list), sql);
    strbuf_adds(sql, " ELSE l.stage::text END");
}

/* ---- the reason ---- */

enum {
    FACT_STAGE,
    FACT_DUE,
    FACT_PUT_OFF,
    FACT_CODE,
    FACT_ZONES,
    FACT_REGIONS,
    FACT_BUSY,
    FACT_CALLS,
    FACTS,
};

/* Missing ones are empty. */
static void split(char *text, const char *ret[FACTS])
{
    for (int i = 0; i < FACTS; i++) {
        ret[i] = text;
        text += strcspn(text, "\x1f");
        if (*text != '\0') {
            *text++ = '\0';
        }
    }
}

static int read_calls(const char *text, int64_t *calls_us)
{
    int count = 0;
    for (char *end; *text != '\0'; text = *end == ' ' ? end + 1 : end) {
        calls_us[count++] = strtoll(text, &end, 10);
    }
    return count;
}

static Why why_of_waiting(const WhyList *list, const char *const facts[FACTS])
{
    CallingPlace place = {.zones = facts[FACT_ZONES], .regions = facts[FACT_REGIONS]};
    WhyDue due = {facts[FACT_DUE][0] == '1', (TopupWhy)atoi(facts[FACT_PUT_OFF])};
    Why why = why_list_place(list, &place, facts[FACT_CODE], &due);
    if (why != WHY_DIALABLE_NOW) {
        return why;
    }
    AUTO_FREE int64_t *calls_us = mem_alloc((strlen(facts[FACT_CALLS]) / 2 + 1) * sizeof *calls_us);
    int count = read_calls(facts[FACT_CALLS], calls_us);
    return why_list_number(list, &place, calls_us, count, facts[FACT_BUSY][0] == '1');
}

void export_reason_add(const WhyList *list, const char *text, StrBuf *buf)
{
    const char *facts[FACTS];
    AUTO_FREE char *copy = mem_strdup(text);
    split(copy, facts);
    Stage stage = (Stage)atoi(facts[FACT_STAGE]);
    Why why = why_of_stage(stage);
    if (stage == STAGE_READY) {
        why = list->held != WHY_DIALABLE_NOW ? list->held : why_of_waiting(list, facts);
    }
    strbuf_adds(buf, why_name(why));
}
