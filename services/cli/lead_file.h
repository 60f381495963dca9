/* lead_file.h - leads out of a file of JSON: one array of objects, or objects one after the other
 * (JSON lines). Layer: services/cli. Memory is one object's, whatever the file's size. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/strbuf.h"

typedef struct LeadFile {
    FILE *file;  /* borrowed */
    StrBuf text; /* of the object being read */
    int64_t line;
} LeadFile;

void lead_file_init(LeadFile *leads, FILE *file);
void lead_file_done(LeadFile *leads);

/* The next object as a new reference, or NULL at the end. STATUS_BAD_INPUT names the line. */
Status lead_file_next(LeadFile *leads, json_t **ret_lead, Error *err) MUST_CHECK;
