/* calling_dump - what calling.h answers, for tests to compare.
 *
 * usage: calling_dump --sets      the zone sets of American, Canadian, British and Australian
 *                                 numbers, a line each
 *        calling_dump < QUESTIONS
 *
 * A question is a line of JSON: {"zones": "...", "regions": "...", "law": "us", "assume": "",
 * "windows": [[...], [...]], "from": 1790000000, "to": 1790003600, "step": 60}. The answer is a
 * line for each time: 1 (open) or 0, and the Unix time until when, or "never"; with "place": KEY in
 * place of zones and regions those of a zone set's key, with "number": N those of a number. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "domain/calling.h"
#include "domain/zone.h"
#include "domain/zone_gate.h"

typedef struct Question {
    Hours hours[CALLING_HOURS_MAX];
    CallingRules rules;
    CallingPlace place;
    ZoneGate gate;
    json_int_t from;
    json_int_t to;
    json_int_t step;
} Question;

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int print_sets(void)
{
    static const char *sets[30000];
    size_t count = 0;
    for (uint64_t area = 1200; area < 2000; area++) {
        sets[count++] = zone_of_number(area * 10000000);
    }
    for (uint64_t prefix = 0; prefix < 10000; prefix++) {
        sets[count++] = zone_of_number((440000 + prefix) * 1000000);
        sets[count++] = zone_of_number((610000 + prefix) * 100000);
    }
    qsort(sets, count, sizeof *sets, compare);
    for (size_t i = 0; i < count; i++) {
        if (sets[i][0] != '\0' && (i == 0 || strcmp(sets[i], sets[i - 1]) != 0)) {
            puts(sets[i]);
        }
    }
    return 0;
}

static int fail(const char *text)
{
    fprintf(stderr, "calling_dump: %s\n", text);
    return 1;
}

static const char *text_at(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text != NULL ? text : "";
}

static bool read_hours(const json_t *json, Question *question)
{
    size_t i;
    json_t *windows;
    json_array_foreach(json_object_get(json, "windows"), i, windows)
    {
        Error err;
        if (i == CALLING_HOURS_MAX || hours_read(windows, &question->hours[i], &err) != STATUS_OK) {
            return false;
        }
        question->rules.hours[i] = &question->hours[i];
        question->rules.hours_count++;
    }
    return true;
}

static bool read_question(const json_t *json, Question *question)
{
    memset(question, 0, sizeof *question);
    question->place = (CallingPlace){text_at(json, "zones"), text_at(json, "regions")};
    if (json_object_get(json, "place") != NULL) {
        zone_gate(text_at(json, "place"), &question->gate);
        question->place = (CallingPlace){question->gate.zones, question->gate.regions};
    }
    uint64_t number = (uint64_t)json_integer_value(json_object_get(json, "number"));
    if (number != 0) {
        question->place = (CallingPlace){zone_of_number(number), zone_regions_of_number(number)};
    }
    question->rules.assume_zones = text_at(json, "assume");
    Error err;
    question->from = json_integer_value(json_object_get(json, "from"));
    question->to = json_integer_value(json_object_get(json, "to"));
    question->step = json_integer_value(json_object_get(json, "step"));
    return law_pack_choose(text_at(json, "law"), &question->rules.laws, &err) == STATUS_OK &&
           question->step > 0 && read_hours(json, question);
}

static void answer(const Question *question)
{
    for (json_int_t at = question->from; at < question->to; at += question->step) {
        CallingTime time;
        calling_time(&question->rules, &question->place, at * CLOCK_US_PER_SECOND, &time);
        if (time.until_us == CALLING_NEVER) {
            printf("%d never\n", time.open);
        } else {
            printf("%d %" PRId64 "\n", time.open, time.until_us / CLOCK_US_PER_SECOND);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--sets") == 0) {
        return print_sets();
    }
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0) {
        static Question question;
        json_t *json = json_loads(line, 0, NULL);
        if (!read_question(json, &question)) {
            return fail(line);
        }
        answer(&question);
        json_decref(json);
    }
    free(line);
    return 0;
}
