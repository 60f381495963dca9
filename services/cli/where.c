#include "cli/where.h"

Status where_read(const Cli *cli, bool needed, Filter **ret, Error *err)
{
    const char *text = cli_option(cli, "where");
    *ret = NULL;
    if (text == NULL) {
        return needed ? cli_usage(err, "--where is missing: which leads?") : STATUS_OK;
    }
    Error bad;
    if (filter_parse(text, ret, NULL, &bad) != STATUS_OK) {
        return cli_usage(err, "--where: %s", bad.text);
    }
    return STATUS_OK;
}
