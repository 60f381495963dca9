/* disposition.h - what a call can come to. Layer: domain; pure.
 *
 * Every campaign has the default set; rows of its own add to it or replace one (campaign_rules.h).
 * NEW is the status of a lead that was never called, and UNMAPPED that of one whose last call came
 * to a code that nobody defined: neither can be defined. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
    DISPOSITION_CODE_SIZE = 17,
    DISPOSITION_NAME_SIZE = 65,
    DISPOSITION_ALIASES_MAX = 8,
    DISPOSITIONS_MOST = 120, /* of a campaign; a change of leads counts their statuses at once */
};

#define LEAD_STATUS_NEW      "NEW"
#define LEAD_STATUS_UNMAPPED "UNMAPPED"

typedef struct Disposition {
    char code[DISPOSITION_CODE_SIZE]; /* [A-Z0-9_]{1,16} */
    char name[DISPOSITION_NAME_SIZE];
    bool contact;  /* a person was reached */
    bool final;    /* not called again */
    bool dnc;      /* and the number goes on the campaign's do-not-call list */
    bool invalid;  /* the number is not dialable, or not the lead's */
    bool callback; /* to be called back at a time that was agreed on */
    char aliases[DISPOSITION_ALIASES_MAX][DISPOSITION_CODE_SIZE];
    int alias_count;
} Disposition;

/* The default set, by code. */
extern const Disposition disposition_defaults[];
extern const size_t disposition_default_count;

/* Codes are [A-Z0-9_]{1,16}. */
bool disposition_code_valid(const char *code);

/* For a command's field: STATUS_BAD_INPUT invalid_value when it is none, or is NEW or UNMAPPED. */
Status disposition_code_check(const char *field, const char *code, Error *err) MUST_CHECK;

bool disposition_has_alias(const Disposition *disposition, const char *code);

/* The one with this code, else the first with this alias, else NULL. */
const Disposition *
disposition_find(const Disposition *dispositions, size_t count, const char *code);
