#include "cli/lead_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

void lead_file_init(LeadFile *leads, FILE *file)
{
    *leads = (LeadFile){.file = file, .line = 1};
    strbuf_init(&leads->text);
}

void lead_file_done(LeadFile *leads)
{
    strbuf_done(&leads->text);
}

static int lead_file_char(LeadFile *leads)
{
    int c = getc(leads->file);
    leads->line += c == '\n';
    return c;
}

static Status lead_file_bad(const LeadFile *leads, const char *what, Error *err)
{
    return error_set(err, STATUS_BAD_INPUT, "json_invalid", "line %" PRId64 ": %s", leads->line,
                     what);
}

/* Passes blanks and what separates objects; '{' or EOF. */
static Status lead_file_begin(LeadFile *leads, int *ret_char, Error *err)
{
    for (;;) {
        int c = lead_file_char(leads);
        if (c == '{' || c == EOF) {
            *ret_char = c;
            return STATUS_OK;
        }
        if (strchr(" \t\r\n,[]", c) == NULL || c == '\0') {
            return lead_file_bad(leads, "expected an object", err);
        }
    }
}

/* The rest of the object up to its closing brace. */
static Status lead_file_take(LeadFile *leads, Error *err)
{
    int depth = 1;
    bool quoted = false;
    bool escaped = false;
    while (depth > 0) {
        int c = lead_file_char(leads);
        if (c == EOF) {
            return lead_file_bad(leads, "the object does not end", err);
        }
        if (leads->text.len >= JSON_MAX_BYTES) {
            return lead_file_bad(leads, "the object is too large", err);
        }
        strbuf_addc(&leads->text, (char)c);
        if (!quoted) {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        }
        quoted = c == '"' && !escaped ? !quoted : quoted;
        escaped = quoted && c == '\\' && !escaped;
    }
    return STATUS_OK;
}

Status lead_file_next(LeadFile *leads, json_t **ret_lead, Error *err)
{
    int first = EOF;
    Status status = lead_file_begin(leads, &first, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (first == EOF) {
        *ret_lead = NULL;
        return ferror(leads->file) ? lead_file_bad(leads, "the file cannot be read", err)
                                   : STATUS_OK;
    }
    strbuf_reset(&leads->text);
    strbuf_addc(&leads->text, '{');
    int64_t line = leads->line;
    status = lead_file_take(leads, err);
    if (status == STATUS_OK) {
        status = json_parse_object(leads->text.data, leads->text.len, ret_lead, err);
        if (status != STATUS_OK) {
            AUTO_FREE char *why = mem_strdup(err->text);
            error_set(err, status, err->code, "line %" PRId64 ": %s", line, why);
        }
    }
    return status;
}
