/* upsert_read.h - the data of a lead.upsert becomes items. Layer: services/importer; pure. */
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "domain/phone.h"
#include "importer/arena.h"
#include "importer/upsert_item.h"

enum { UPSERT_LEADS_MAX = 500, UPSERT_RULES_MAX = 8 };

typedef struct UpsertReader {
    Arena *arena;
    StrBuf scratch;
    StrBuf json;
    const UpsertList *list; /* of the message being read */
    int rule_count;
    PhoneRules rules[UPSERT_RULES_MAX];
} UpsertReader;

void upsert_reader_init(UpsertReader *reader, Arena *arena);
void upsert_reader_done(UpsertReader *reader);

/* The message as a whole; STATUS_BAD_INPUT rejects all of it. Borrows from data. */
typedef struct UpsertCommand {
    const char *list_id;
    json_t *lead;  /* either this */
    json_t *leads; /* or these */
} UpsertCommand;
Status upsert_read_command(const json_t *data, UpsertCommand *ret, Error *err) MUST_CHECK;
int upsert_command_count(const UpsertCommand *command);

/* One of its leads, cleaned. A bad one gets a problem and is good for nothing else. */
void upsert_read_item(UpsertReader *reader,
                      const UpsertCommand *command,
                      int place,
                      UpsertList *list,
                      UpsertItem *ret);
