/* row_clean.h - the cells of one CSV record become a lead's row, or the reason why not. Layer:
 * services/importer; pure. */
#pragma once

#include "domain/phone.h"
#include "domain/zone.h"
#include "importer/arena.h"
#include "importer/csv_fields.h"
#include "importer/import_spec.h"
#include "importer/lead_row.h"

enum { ROW_RULES_MAX = 8 };

typedef struct RowCleaner {
    const ImportSpec *spec;
    bool is_converted; /* the text comes from another encoding: U+FFFD is damage */
    uint64_t seed;     /* of content hashes: other settings, other hash */
    StrBuf scratch;
    int rule_count; /* phone rules by country, made as they are met */
    PhoneRules rules[ROW_RULES_MAX];
} RowCleaner;

/* Why a row is rejected. column: from 1, 0 when it is about the whole row. code and reason are
 * static or in the arena. */
typedef struct RowProblem {
    const char *code;
    size_t column;
    const char *reason;
} RowProblem;

/* A row is OK when problem->code is NULL. */
typedef struct CleanRow {
    LeadRow lead;          /* lead_id, list_no, stage, dnc and zone_set_no are for others to set */
    bool has_priority;     /* the cell was not empty */
    TextSlice custom_said; /* as lead.custom, with null for empty cells when those erase */
    ZoneEvidence zones;
} CleanRow;

void row_cleaner_init(RowCleaner *cleaner, const ImportSpec *spec, bool is_converted);
void row_cleaner_done(RowCleaner *cleaner);
/* bytes: the record, which must live as long as the row; so must the arena and what fields points
 * to. True: *ret is a row. False: *ret_problem. */
bool row_clean(RowCleaner *cleaner,
               const CsvFields *fields,
               const char *bytes,
               size_t len,
               Arena *arena,
               CleanRow *ret,
               RowProblem *ret_problem);
