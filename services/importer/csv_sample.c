#include "importer/csv_sample.h"

#include "importer/csv_record.h"

/* A lost quote in the sample must not hide all that follows it. */
static const CsvLimits sample_limits = {
    .row_bytes = CSV_SAMPLE_BYTES / 2, .field_bytes = CSV_SAMPLE_BYTES, .columns = CSV_COLUMNS_MAX};

void csv_sample_init(CsvSample *sample, const char *text, size_t len, bool is_whole, char delimiter)
{
    *sample = (CsvSample){.text = text, .len = len, .is_whole = is_whole};
    csv_fields_init(&sample->fields, delimiter, &sample_limits);
}

void csv_sample_done(CsvSample *sample)
{
    csv_fields_done(&sample->fields);
}

/* A line whose end nobody looked for. */
static size_t skip_line(const CsvSample *sample, size_t at)
{
    while (at < sample->len && sample->text[at] != '\n' && sample->text[at] != '\r') {
        at++;
    }
    return at;
}

bool csv_sample_next(CsvSample *sample)
{
    CsvSpan span;
    while (sample->at < sample->len) {
        const char *bytes = sample->text + sample->at;
        size_t left = sample->len - sample->at;
        char delimiter = sample->fields.delimiter;
        if (!csv_record_span(bytes, left, sample->is_whole, delimiter, &sample_limits, &span)) {
            return false;
        }
        sample->at += span.len + span.newline_bytes;
        if (span.problem != CSV_PROBLEM_NONE) {
            sample->at = span.newline_bytes == 0 ? skip_line(sample, sample->at) : sample->at;
        } else if (!span.is_blank && csv_fields_split(&sample->fields, bytes, span.len,
                                                      span.has_quote) == CSV_PROBLEM_NONE) {
            return true;
        }
    }
    return false;
}
