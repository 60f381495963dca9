/* lead_filter.h - a filter (domain/filter.h) in a statement. Layer: runtime.
 *
 * A query that takes a filter has the row of leads as `l` and a mark where the condition belongs:
 *
 *   SELECT l.lead_id FROM leads l WHERE l.list_no = $1 AND l.lead_id > $2 AND [filter $3] LIMIT $4
 *
 *   AUTO_STRBUF sql = STRBUF_INIT;
 *   DbArray values = {0};                          (db_array_done() it after the query)
 *   lead_filter_sql(sql_move_pick, filter, &sql, &values);
 *   db_param_i64(...); db_param_i64(...); db_param_array(&params, &values); db_param_i64(...);
 *   db_query(db, sql.data, &params, ...); */
#pragma once

#include "adapters/db.h"
#include "domain/filter.h"

/* sql has the mark once, as a part of a conjunction. Without a filter (NULL) the condition is true.
 * The statement has its parameter in any case. The filter is borrowed during the call only. */
void lead_filter_sql(const char *sql, const Filter *filter, StrBuf *ret_sql, DbArray *ret_values);

/* The same of a query that has a second mark, [named $N] of the same parameter: whether the lead is
 * named, as filter_named_sql() has it. */
void lead_filter_named_sql(const char *sql,
                           const Filter *filter,
                           FilterNames *names,
                           StrBuf *ret_sql,
                           DbArray *ret_values);
