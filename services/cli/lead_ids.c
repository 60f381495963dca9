#include "cli/lead_ids.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/strbuf.h"
#include "cli/args.h"

#define SEPARATORS ", \t\r\n"

enum { READ_BYTES = 64 << 10, FILE_BYTES_MAX = 4 << 20 };

static Status ids_read_stream(FILE *file, const char *name, StrBuf *text, Error *err)
{
    char bytes[READ_BYTES];
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;) {
        strbuf_add(text, bytes, got);
        if (text->len > FILE_BYTES_MAX) {
            return cli_usage(err, "--ids-from: %s is too large for a file of leads", name);
        }
    }
    return ferror(file) ? cli_usage(err, "--ids-from: %s: %s", name, strerror(errno)) : STATUS_OK;
}

static Status ids_read_file(const char *name, StrBuf *text, Error *err)
{
    if (strcmp(name, "-") == 0) {
        return ids_read_stream(stdin, "standard input", text, err);
    }
    FILE *file = fopen(name, "re");
    if (file == NULL) {
        return cli_usage(err, "--ids-from: %s: %s", name, strerror(errno));
    }
    Status status = ids_read_stream(file, name, text, err);
    fclose(file);
    return status;
}

/* seen: the numbers so far, as keys. */
static Status ids_take(const char *word, json_t *seen, json_t *ids, Error *err)
{
    int64_t lead_id = 0;
    Error bad;
    if (ids_parse_i64(word, &lead_id, &bad) != STATUS_OK || lead_id <= 0) {
        return cli_usage(err, "\"%s\" is not the number of a lead", word);
    }
    if (json_object_get(seen, word) == NULL) {
        json_object_set_new(seen, word, json_true());
        json_array_append_new(ids, json_string(word));
    }
    return STATUS_OK;
}

static Status ids_split(char *text, size_t most, json_t *ids, Error *err)
{
    json_t *seen = json_object();
    char *rest = NULL;
    char *word = strtok_r(text, SEPARATORS, &rest);
    if (word != NULL && strcmp(word, "lead_id") == 0) {
        word = strtok_r(NULL, SEPARATORS, &rest);
    }
    Status status = word == NULL ? cli_usage(err, "no lead is named") : STATUS_OK;
    for (; status == STATUS_OK && word != NULL; word = strtok_r(NULL, SEPARATORS, &rest)) {
        status = ids_take(word, seen, ids, err);
        if (status == STATUS_OK && json_array_size(ids) > most) {
            status = cli_usage(err, "at most %zu leads at once: give --where, or several", most);
        }
    }
    json_decref(seen);
    return status;
}

Status lead_ids_read(const Cli *cli, size_t most, json_t **ret, Error *err)
{
    const char *given = cli_option(cli, "ids");
    const char *file = cli_option(cli, "ids-from");
    AUTO_STRBUF text = STRBUF_INIT;
    *ret = NULL;
    if (given == NULL && file == NULL) {
        return STATUS_OK;
    }
    if (given != NULL && file != NULL) {
        return cli_usage(err, "--ids and --ids-from exclude each other");
    }
    Status status = STATUS_OK;
    if (file != NULL) {
        status = ids_read_file(file, &text, err);
    } else {
        strbuf_adds(&text, given);
    }
    if (status == STATUS_OK && text.len > 0 && memchr(text.data, '\0', text.len) != NULL) {
        status = cli_usage(err, "--ids-from: %s has a NUL byte: it is no text", file);
    }
    json_t *ids = json_array();
    if (status == STATUS_OK) {
        strbuf_addc(&text, '\n');
        status = ids_split(text.data, most, ids, err);
    }
    if (status != STATUS_OK) {
        json_decref(ids);
        return status;
    }
    *ret = ids;
    return STATUS_OK;
}
