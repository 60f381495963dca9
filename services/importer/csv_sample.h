/* csv_sample.h - the records at the head of a file, for a look at what it is. Layer: importer;
 * pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "importer/csv_fields.h"

enum { CSV_SAMPLE_BYTES = 64 << 10 };

typedef struct CsvSample {
    const char *text; /* borrowed */
    size_t len;       /* at most CSV_SAMPLE_BYTES */
    size_t at;
    bool is_whole;    /* the text is the file's all */
    CsvFields fields; /* of the record at hand */
} CsvSample;

void csv_sample_init(
    CsvSample *sample, const char *text, size_t len, bool is_whole, char delimiter);
void csv_sample_done(CsvSample *sample);
#define AUTO_CSV_SAMPLE __attribute__((cleanup(csv_sample_done))) CsvSample

/* Splits the next good record that is no blank one; false at the end. A last record that the sample
 * may have cut does not count. */
bool csv_sample_next(CsvSample *sample);
