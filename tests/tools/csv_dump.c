/* csv_dump - what the CSV layer makes of a file, as JSON lines, for tests to compare.
 *
 * usage: csv_dump FILE [OPTION=VALUE]...
 *   encoding=NAME delimiter=C header=yes|no     instead of detecting them
 *   buffer=N row_bytes=N field_bytes=N columns=N
 *
 * First {"format": ...}, then a line per record: {"row": 1, "line": 1, "offset": 0, "end": 7,
 * "cells": ["a", "b"]}, with "blank": true, or "problem": code and "column" where there is one;
 * cells is null where bytes are not UTF-8. What stops the reading is {"error": code, "text": ...},
 * exit 1. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "importer/csv_detect.h"
#include "importer/csv_fields.h"
#include "importer/csv_scan.h"

typedef struct Arguments {
    CsvFormatWish wish;
    CsvScanOptions scan;
} Arguments;

static bool set_argument(Arguments *args, const char *name, const char *value)
{
    const struct {
        const char *name;
        size_t *target;
    } sizes[] = {{"buffer", &args->scan.buffer_bytes},
                 {"row_bytes", &args->scan.limits.row_bytes},
                 {"field_bytes", &args->scan.limits.field_bytes},
                 {"columns", &args->scan.limits.columns}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (strcmp(name, sizes[i].name) == 0) {
            *sizes[i].target = strtoul(value, NULL, 10);
            return true;
        }
    }
    if (strcmp(name, "encoding") == 0) {
        args->wish.encoding = value;
    } else if (strcmp(name, "delimiter") == 0) {
        args->wish.delimiter = value[0];
    } else if (strcmp(name, "header") == 0) {
        args->wish.header = strcmp(value, "yes") == 0 ? CSV_HEADER_PRESENT : CSV_HEADER_NONE;
    } else {
        return false;
    }
    return true;
}

static bool parse_arguments(Arguments *args, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals == NULL) {
            return false;
        }
        *equals = '\0';
        if (!set_argument(args, argv[i], equals + 1)) {
            return false;
        }
    }
    return argc >= 2;
}

static void print_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    putchar('\n');
    json_decref(json);
}

static int print_error(const Error *err)
{
    print_json(json_pack("{s:s, s:s}", "error", err->code, "text", err->text));
    return 1;
}

static void print_format(const CsvFormat *format)
{
    char delimiter[] = {format->delimiter, '\0'};
    print_json(json_pack("{s:{s:s, s:s, s:b, s:i, s:i}}", "format", "encoding", format->encoding,
                         "delimiter", delimiter, "header", format->layout.has_header, "columns",
                         (int)format->layout.columns, "phone_column",
                         (int)format->layout.phone_column));
}

static json_t *cells_json(const CsvFields *fields)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < fields->count; i++) {
        json_array_append_new(cells, json_stringn(fields->cells[i].data, fields->cells[i].len));
    }
    return cells;
}

static void print_record(const CsvRecord *record, CsvFields *fields, bool is_converted)
{
    CsvProblem problem = csv_fields_split(fields, record->bytes, record->len, record->has_quote);
    problem = record->problem != CSV_PROBLEM_NONE ? record->problem : problem;
    size_t bad_cell = csv_fields_bad_cell(fields, record->bytes, record->len, is_converted);
    json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:o}", "row", (json_int_t)record->number, "line",
                             (json_int_t)record->line, "offset", (json_int_t)record->offset, "end",
                             (json_int_t)record->end, "cells",
                             bad_cell > 0 ? json_null() : cells_json(fields));
    if (record->is_blank) {
        json_object_set_new(json, "blank", json_true());
    }
    if (problem != CSV_PROBLEM_NONE) {
        json_object_set_new(json, "problem", json_string(csv_problem_code(problem)));
    } else if (bad_cell > 0) {
        json_object_set_new(json, "problem", json_string("bad_encoding"));
        json_object_set_new(json, "column", json_integer((json_int_t)bad_cell));
    }
    print_json(json);
}

static int dump(int fd, const Arguments *args)
{
    Error err = {0};
    CsvFormat format;
    AUTO_CSV_SOURCE CsvSource *source = NULL;
    if (csv_detect(fd, &args->wish, &format, &err) != STATUS_OK ||
        csv_source_open(fd, format.encoding, &source, &err) != STATUS_OK) {
        return print_error(&err);
    }
    print_format(&format);
    CsvScanOptions options = args->scan;
    options.delimiter = format.delimiter;
    options.limits.file_columns = format.layout.columns;
    AUTO_CSV_SCAN CsvScan *scan = csv_scan_new(source, &options);
    AUTO_CSV_FIELDS fields;
    csv_fields_init(&fields, format.delimiter, &options.limits);
    CsvRecord record;
    bool more = false;
    Status status;
    while ((status = csv_scan_next(scan, &record, &more, &err)) == STATUS_OK && more) {
        print_record(&record, &fields, csv_source_is_converted(source));
    }
    return status == STATUS_OK ? 0 : print_error(&err);
}

int main(int argc, char **argv)
{
    Arguments args = {0};
    if (!parse_arguments(&args, argc, argv)) {
        fprintf(stderr, "usage: csv_dump FILE [OPTION=VALUE]...\n");
        return 2;
    }
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        perror(argv[1]);
        return 2;
    }
    int code = dump(fd, &args);
    close(fd);
    return code;
}
