/* lead_row.h - a lead as a row of the leads table, ready to be written. Layer: services/importer;
 * pure.
 *
 * Text is borrowed: whoever made the row says for how long. An empty slice is SQL null. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "domain/stage.h"
#include "domain/text.h"

/* The text columns, in the order of lead_columns. */
typedef enum LeadText {
    LEAD_EXTENSION,
    LEAD_EXTERNAL_ID,
    LEAD_FIRST_NAME,
    LEAD_LAST_NAME,
    LEAD_EMAIL,
    LEAD_ADDRESS,
    LEAD_CITY,
    LEAD_STATE,
    LEAD_ZIP,
    LEAD_COUNTRY,
    LEAD_TIME_ZONE,
    LEAD_TEXTS,
} LeadText;

/* "extension", ... as in columns, messages and mappings. */
const char *lead_text_name(LeadText text);
/* The most bytes that a value may have. */
size_t lead_text_limit(LeadText text);
/* What is told of one with more. */
const char *lead_text_too_long(LeadText text);

enum { LEAD_PRIORITY_DEFAULT = 50, LEAD_PRIORITY_MAX = 99, LEAD_CUSTOM_MAX = 64 * 1024 };

/* Where a version of a row lies, and which transaction wrote it: PostgreSQL's ctid and xmin. */
typedef struct LeadPlace {
    char tid[6];
    uint32_t xmin;
} LeadPlace;

typedef struct LeadRow {
    int64_t lead_id;
    int64_t phone;        /* E.164 digits */
    int64_t content_hash; /* 0: SQL null */
    int64_t revision;     /* -1: SQL null */
    int64_t created_us;   /* of a lead to be inserted; 0: SQL null */
    int32_t list_no;
    int32_t lead_version;
    int32_t zone_set_no; /* 0: SQL null */
    int32_t gate_no;     /* of the zone set; of a lead to be inserted */
    int64_t offer_id;    /* the open one; 0: none */
    int16_t priority;
    uint16_t hold; /* LeadHold */
    Stage stage;
    bool dnc;
    bool verified;
    TextSlice texts[LEAD_TEXTS];
    TextSlice custom; /* a JSON object */
    LeadPlace place;  /* lead_place.h */
} LeadRow;

/* COPY of rows in binary: begin, add every row, end; the statement is lead_copy_sql. */
extern const char lead_copy_sql[];
void lead_copy_begin(StrBuf *buf);
void lead_copy_add(StrBuf *buf, const LeadRow *row);
void lead_copy_end(StrBuf *buf);

/* The same of their rows in ready_lead, of fresh leads; leads that are not ready are left out. */
extern const char lead_copy_ready_sql[];
void lead_copy_add_ready(StrBuf *buf, const LeadRow *row);
