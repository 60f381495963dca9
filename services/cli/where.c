#include "cli/where.h"

/* The text, and a caret under the byte at. */
static void where_point(const Cli *cli, const char *text, size_t at)
{
    AUTO_STRBUF line = STRBUF_INIT;
    AUTO_STRBUF before = STRBUF_INIT;
    cli_add_safe(&line, text);
    for (size_t i = 0; i < at; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            strbuf_addc(&before, ' ');
        }
    }
    cli_say(cli, "  %s", line.data);
    cli_say(cli, "  %s^", before.data);
}

Status where_read(const Cli *cli, bool needed, Filter **ret, Error *err)
{
    const char *text = cli_option(cli, "where");
    *ret = NULL;
    if (text == NULL) {
        return needed ? cli_usage(err, "--where is missing: which leads?") : STATUS_OK;
    }
    Error bad;
    size_t at = 0;
    if (filter_parse(text, ret, &at, &bad) != STATUS_OK) {
        where_point(cli, text, at);
        return cli_usage(err, "--where, %s", bad.text);
    }
    return STATUS_OK;
}
