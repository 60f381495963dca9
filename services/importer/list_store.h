/* list_store.h - SQL about lists and their campaigns. Layer: services/importer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"
#include "domain/hours.h"

/* A list as its row, its gate and its campaign say. */
typedef struct List {
    int32_t list_no; /* 0: there is none */
    char *name;
    char *description;
    int64_t priority;
    char life[12];   /* "active", "paused", "deleting", "deleted" */
    int64_t version; /* of its gate; 0: it has none */
    char campaign_id[65];
    int32_t campaign_no;
    char default_country[3];
    Hours hours;
} List;

/* Reads without a lock. ret->list_no is 0 when there is no such list. list_done() frees. */
Status list_find(Db *db, const char *list_id, List *ret, Error *err) MUST_CHECK;
void list_done(List *list);
/* The same, but an unknown, dying or dead list is STATUS_BAD_INPUT (unknown_list, list_deleting,
 * list_deleted) about the field list_id. */
Status list_find_open(Db *db, const char *list_id, List *ret, Error *err) MUST_CHECK;

typedef struct ListRow {
    const char *list_id;
    const char *campaign_id;
    const char *name;
    const char *description;
    int64_t priority;
    const char *life;    /* NULL in an update: as it is */
    const char *windows; /* of an update, as JSON; NULL: as they are */
    int32_t campaign_no; /* of an update; 0: as it is */
    int64_t now_us;
} ListRow;
/* Makes the list, its gate, and its campaign (paused, with default settings) unless that is there.
 * *ret_list_no is 0 when the list exists already; then nothing is made. STATUS_RETRY list_race when
 * somebody else makes it just now. */
Status list_insert(Db *db, const ListRow *row, int32_t *ret_list_no, Error *err) MUST_CHECK;
/* Holds the list's gate, if there is such a list, so that what is read next stays so. */
Status list_lock(Db *db, const char *list_id, Error *err) MUST_CHECK;
/* Holds the campaign, before the list's gate, so that its rules stay as they are. *ret_no is 0 when
 * there is none. */
Status list_hold_campaign(Db *db, const char *campaign_id, int32_t *ret_no, Error *err) MUST_CHECK;
/* Holds the list's campaign, before any gate, to change what is a rule of it: the list's windows
 * and priority. move_to: the campaign that the list is given to in the same command; 0: none.
 * *ret_no is 0 when there is no such list, or it is given away: its gate gets another version
 * anyway. */
Status list_hold_rules(Db *db, const char *list_id, int32_t move_to, int32_t *ret_no, Error *err)
    MUST_CHECK;
/* A held campaign's next rules_version, also on the gates of all its lists, which are then held:
 * whoever decided by the rules before plans again. */
Status list_stamp_rules(Db *db, int32_t campaign_no, Error *err) MUST_CHECK;
/* The gate is this campaign's from now on; the list itself is list_update()'s. */
Status list_move(Db *db, int32_t list_no, int32_t campaign_no, Error *err) MUST_CHECK;
Status list_update(Db *db, int32_t list_no, const ListRow *row, Error *err) MUST_CHECK;
