/* import_plan.h - what becomes of each row of a lane's share. Layer: services/importer; pure.
 *
 * The plan is made from what the list has (a set of all its phones, or a probe for those of the
 * chunk) and is written by import_lane.c. Rows with one phone are all in one lane, so a plan sees
 * them in file order. */
#pragma once

#include "importer/import_counts.h"
#include "importer/import_store.h"
#include "importer/lead_merge.h"
#include "importer/phone_set.h"

typedef enum RowFate {
    ROW_INSERT,
    ROW_DUPLICATE_IN_FILE,
    ROW_DUPLICATE_IN_LIST,
    ROW_DUPLICATE_IN_CAMPAIGN,
    ROW_UNCHANGED, /* update: it says what the lead's last row said */
    ROW_MERGED,    /* update: put into a lead that this same chunk inserts */
    ROW_CHANGE,    /* update: meets a lead of the list */
    ROW_CONFLICT,  /* its external id belongs to another lead */
} RowFate;

/* What the database knows about the rows of one share; NULL: was not asked. */
typedef struct PlanFacts {
    const DbResult *found;     /* import_probe(): the list's leads with these phones */
    const DbResult *elsewhere; /* import_probe_campaign() */
    const DbResult *external;  /* import_probe_external() */
    int64_t job_no;
} PlanFacts;

typedef struct MetLead {
    int64_t lead_id;
    char tid[6]; /* LeadPlace */
} MetLead;

typedef struct ImportPlan {
    const ImportSpec *spec;
    RowFate *fates;    /* of each row of the share */
    MetLead *met;      /* with ROW_CHANGE: the lead it meets */
    LeadRow **inserts; /* leads to insert, in file order: the share's own rows, or copies merged
                        into (whose zone_set_no is -1 when it must be found again) */
    int insert_count;
    int cap;
    ImportCounts
        counts;     /* of this share; `dnc` and rejects of the parser are added by the caller */
    PhoneSet local; /* scratch: phones of the chunk, when there is no set of the whole list */
    Arena arena;    /* of what was merged; the share itself stays as it is, for another try */
    StrBuf scratch;
} ImportPlan;

void import_plan_init(ImportPlan *plan, const ImportSpec *spec);
void import_plan_done(ImportPlan *plan);

/* Under skip, against a set of all the list's phones, which gets the new ones too. */
void import_plan_by_set(ImportPlan *plan, ChunkShare *share, PhoneSet *set, const PlanFacts *facts);
/* Under skip or update, against a probe. */
void import_plan_by_probe(ImportPlan *plan, ChunkShare *share, const PlanFacts *facts);

/* A row that was to change a lead turns out to be about two leads: rejected. */
void import_plan_reject(ImportPlan *plan, int row);
/* Does the row carry another external id than the lead has? Then it is about two leads. */
bool import_plan_other_lead(const LeadRow *lead, const LeadRow *row);

/* What a row says about a lead, for lead_merge(). said: memory that the change refers to. */
LeadChange import_plan_change(const ImportSpec *spec, const ChunkRow *row, LeadRow *said);
