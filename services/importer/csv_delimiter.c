#include "importer/csv_delimiter.h"

#include <ctype.h>

#include "importer/csv_sample.h"
#include "importer/mapping_words.h"

/* How often which number of cells occurs, at [0] that of one. */
typedef struct Tally {
    size_t records;
    size_t with_cells[CSV_COLUMNS_MAX + 1];
} Tally;

static size_t tally_most_common(const Tally *tally)
{
    size_t best = 2;
    for (size_t cells = 2; cells <= CSV_COLUMNS_MAX; cells++) {
        best = tally->with_cells[cells] > tally->with_cells[best] ? cells : best;
    }
    return best;
}

/* 0: the delimiter does not occur; else above 0 and at most 1.5. Agreement weighs most; many
 * columns more than two, which any character in a text makes; known header words half. */
static double delimiter_score(const char *text, size_t len, bool is_whole, char delimiter)
{
    AUTO_CSV_SAMPLE sample;
    csv_sample_init(&sample, text, len, is_whole, delimiter);
    Tally tally = {0};
    double known_share = 0;
    while (csv_sample_next(&sample)) {
        if (tally.records++ == 0) {
            known_share = (double)mapping_words_count(sample.fields.cells, sample.fields.count) /
                          (double)sample.fields.count;
        }
        tally.with_cells[sample.fields.count]++;
    }
    if (tally.records == 0) {
        return 0;
    }
    size_t cells = tally_most_common(&tally);
    double agreement = (double)tally.with_cells[cells] / (double)tally.records;
    return agreement == 0 ? 0 : agreement * (1 - 1 / (double)cells) + known_share / 2;
}

char csv_delimiter_detect(const char *text, size_t len, bool is_whole)
{
    /* Of equals the one that is rarer in text: "Doe, John;555". */
    static const char candidates[] = {'\t', '|', ';', ','};
    char best = ',';
    double best_score = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        double score = delimiter_score(text, len, is_whole, candidates[i]);
        if (score > best_score) {
            best = candidates[i];
            best_score = score;
        }
    }
    return best;
}

bool csv_delimiter_is_allowed(char delimiter)
{
    unsigned char c = (unsigned char)delimiter;
    bool is_punctuation = c > ' ' && c < 0x7F && !isalnum(c);
    return c == '\t' || (is_punctuation && c != '"' && c != '\\');
}
