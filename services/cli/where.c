#include "cli/where.h"

#include <stdio.h>

#include "runtime/lead_filter.h"
#include "sql_queries.h"

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

Status where_count(Cli *cli,
                   const char *list_id,
                   const Filter *filter,
                   Table *table,
                   char ret_leads[24],
                   Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    AUTO_RESULT *result = NULL;
    DbArray values = {0};
    DbParams params = {0};
    lead_filter_sql(sql_cli_where, filter, &sql, &values);
    db_param_text(&params, list_id);
    db_param_array(&params, &values);
    Status status = cli_query_long(cli, sql.data, &params, &result, err);
    db_array_done(&values);
    if (status == STATUS_OK && db_rows(result) == 0) {
        return error_set_field(err, "list_id", "unknown_list",
                               "there is no list \"%s\": `leadspool list ls` shows all", list_id);
    }
    if (status == STATUS_OK) {
        snprintf(ret_leads, 24, "%s", db_text(result, 0, 1));
        table_add_result(table, result);
    }
    return status;
}
