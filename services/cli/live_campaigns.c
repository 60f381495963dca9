#include "cli/live_campaigns.h"

#include "sql_queries.h"

/* As cli_top_campaigns.sql has it, but for what the record does not know. */
static const char *const campaigns_order[] = {"outcomes_per_minute", "offers_out", "dialable",
                                              NULL};

Status live_campaigns_read(LiveRead *live, const LiveCampaigns *which, LiveRows *ret, Error *err)
{
    Status status = live_rows_campaigns(live, which->only_or_null, ret, err);
    if (!which->inactive) {
        live_rows_keep(ret, "active", "1");
    }
    live_rows_sort(ret, campaigns_order);
    return status;
}

void live_campaigns_add(const LiveRows *campaigns, Table *table)
{
    for (int i = 0; i < campaigns->count; i++) {
        if (campaigns->rows[i].stats != NULL) {
            live_read_row(campaigns->rows[i].stats, table);
        }
    }
}

Status live_campaigns_record(Cli *cli, const LiveCampaigns *which, Table *table, Error *err)
{
    DbParams params = {0};
    AUTO_RESULT *rows = NULL;
    db_param_text(&params, which->only_or_null);
    db_param_bool(&params, which->inactive);
    Status status = cli_query(cli, sql_cli_top_campaigns, &params, &rows, err);
    if (status == STATUS_OK) {
        table_add_result(table, rows);
    }
    return status;
}
