/* csv_layout.h - header or none, how many columns, which holds the phones. Layer: importer; pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef enum CsvHeader {
    CSV_HEADER_DETECT = 0,
    CSV_HEADER_NONE,
    CSV_HEADER_PRESENT,
} CsvHeader;

typedef struct CsvLayout {
    bool has_header;
    size_t columns; /* cells of the header, or without one of the widest record in the sample */
    size_t
        phone_column; /* from 1: the only column whose cells look like phones; 0: none or several */
} CsvLayout;

/* From a sample of the decoded text (csv_sample.h). A first record with a phone or an email address
 * is no header; one with a word that headers use is; else it is when it has a word where the others
 * have phones, or, where no column has phones, when none of its cells is a number. */
void csv_layout_detect(const char *text,
                       size_t len,
                       bool is_whole,
                       char delimiter,
                       CsvHeader wish,
                       CsvLayout *ret_layout);
