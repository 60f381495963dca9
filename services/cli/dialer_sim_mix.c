#include "cli/dialer_sim_mix.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { MIX_WEIGHT_DIGITS = 9 };

static const char *const mix_words[][2] = {
    {"BUSY", "B"},    {"VM", "A"},        {"VOICEMAIL", "A"},
    {"MACHINE", "A"}, {"NOANSWER", "NA"}, {"CALLBACK", "CB"},
};

static const char *mix_code(const char *word)
{
    for (size_t i = 0; i < sizeof mix_words / sizeof mix_words[0]; i++) {
        if (strcmp(mix_words[i][0], word) == 0) {
            return mix_words[i][1];
        }
    }
    return word;
}

/* CODE=WEIGHT, up to a comma or the end. */
static bool mix_read_one(const char **text, SimAnswer *ret)
{
    char word[SIM_CODE_SIZE];
    size_t len = strcspn(*text, "=,");
    if (len == 0 || len >= sizeof word || (*text)[len] != '=') {
        return false;
    }
    snprintf(word, sizeof word, "%.*s", (int)len, *text);
    snprintf(ret->code, sizeof ret->code, "%s", mix_code(word));
    const char *digits = *text + len + 1;
    size_t count = strspn(digits, "0123456789");
    ret->weight = 0;
    for (size_t i = 0; i < count && i < MIX_WEIGHT_DIGITS; i++) {
        ret->weight = ret->weight * 10 + (digits[i] - '0');
    }
    *text = digits + count;
    return count > 0 && count <= MIX_WEIGHT_DIGITS && (**text == ',' || **text == '\0');
}

Status sim_mix_parse(const char *text, SimMix *ret, Error *err)
{
    SimMix mix = {0};
    bool good = *text != '\0';
    while (good && *text != '\0') {
        good = mix.count < SIM_MIX_MAX && mix_read_one(&text, &mix.answers[mix.count]);
        mix.total += good ? mix.answers[mix.count++].weight : 0;
        text += good && text[0] == ',' && text[1] != '\0' ? 1 : 0;
        good = good && *text != ',';
    }
    if (!good || mix.total == 0) {
        return cli_usage(err,
                         "--answer must be codes and shares such as NA=50,BUSY=10,SALE=8; at most "
                         "%d of them",
                         SIM_MIX_MAX);
    }
    *ret = mix;
    return STATUS_OK;
}

const SimAnswer *sim_mix_pick(const SimMix *mix, uint64_t random)
{
    int64_t at = (int64_t)(random % (uint64_t)mix->total);
    const SimAnswer *answer = mix->answers;
    while (at >= answer->weight) {
        at -= answer->weight;
        answer++;
    }
    return answer;
}
