/* lead_dial.h - what dialing knows of a lead: locked, changed, written, counted. Layer: runtime.
 *
 *   lead_begin() ─▶ lead_dials_lock() ─▶ change rows[i], lead_dial_restage(), .changed
 *   ─▶ lead_dials_write() ─▶ lead_dials_apply() ─▶ events ─▶ outbox
 *
 * The leads row is the lead's only lock: numbers are locked before it, list_stats after it. What
 * was locked is kept beside what it becomes, so that ready_lead and the counters follow from the
 * difference. */
#pragma once

#include "adapters/db.h"
#include "domain/stage.h"
#include "domain/text.h"
#include "runtime/list_stats.h"
#include "runtime/ready_queue.h"

enum { LEAD_TRIES_SIZE = 1024, LEAD_AGENT_SIZE = 65 };

typedef struct LeadDial {
    int64_t lead_id;
    int64_t phone;        /* E.164 digits */
    int32_t list_no;      /* changed to another: it goes there; to 0: it is deleted */
    int32_t lead_version; /* lead_dials_write() adds one when changed */
    int32_t zone_set_no;  /* 0: no evidence */
    int32_t gate_no;      /* of its zone set */
    Stage stage;
    int16_t priority;
    int16_t attempts;       /* of this pass */
    int16_t attempts_total; /* of all */
    uint16_t hold;          /* LeadHold */
    bool contacted;         /* in this pass */
    bool dnc;
    int64_t offer_id;       /* the open one; 0: none */
    int64_t due_us;         /* 0: since ever */
    int64_t called_us;      /* start of its last call; 0: never */
    int64_t decided_us;     /* start of the call that status and hold tell of */
    int64_t decided_end_us; /* its end; 0: not known, its start serves */
    int64_t callback_us;    /* asked for by that call; 0: not */
    char status[LIST_STATUS_SIZE];
    char tries[LEAD_TRIES_SIZE]; /* calls of this pass by disposition, "B=1,NA=2" */
    char callback_agent[LEAD_AGENT_SIZE];
    TextSlice external_id; /* borrowed from the set's result */
    char tid[6];
} LeadDial;

/* Events of this lead in this transaction so far (lead_tell.h). */
typedef struct LeadTold {
    int lead_events;
    int dialable;
} LeadTold;

typedef struct LeadDials {
    LeadDial *rows;   /* by lead_id; to be changed */
    LeadDial *before; /* as locked */
    bool *changed;    /* what is to be written */
    LeadTold *told;
    int count;
    DbResult *result;
} LeadDials;

/* Draws the transaction's number and sets the planner for many small look-ups; once in a
 * transaction. To run before leads are locked and before entries of the do-not-call list are read:
 * who adds an entry that such a read does not see yet waits for all transactions that had a number
 * by then, and looks at the leads again. */
Status lead_begin(Db *db, Error *err) MUST_CHECK;
/* The same; tells the time by PostgreSQL's clock. */
Status lead_begin_at(Db *db, int64_t *ret_server_us, Error *err) MUST_CHECK;
/* The same for a range of leads: it is met, and locked, in the order of the ids. */
Status lead_begin_in_order(Db *db, Error *err) MUST_CHECK;
/* The planner's part of it alone, for what only looks. */
Status lead_look_begin(Db *db, Error *err) MUST_CHECK;

/* Locks the leads of these ids (int8 array, any order); those that are gone are not in *ret. free:
 * leaves out those that another transaction holds. */
Status lead_dials_lock(Db *db, DbArray *lead_ids, bool free, LeadDials *ret, Error *err) MUST_CHECK;
/* By a statement of the caller's: it has the columns of lead_dial_lock.sql, and its own behind
 * them, in the order of the rows, in ret->result. */
enum { LEAD_DIAL_COLUMNS = 24 };
Status lead_dials_lock_by(Db *db, const char *sql, DbArray *lead_ids, LeadDials *ret, Error *err)
    MUST_CHECK;
/* The same without locks, in a transaction that only looks: nothing of it may be written. */
Status lead_dials_look(Db *db, DbArray *lead_ids, LeadDials *ret, Error *err) MUST_CHECK;
void lead_dials_done(LeadDials *dials);
#define AUTO_LEAD_DIALS __attribute__((cleanup(lead_dials_done))) LeadDials
/* The index of this lead, or -1. */
int lead_dials_find(const LeadDials *dials, int64_t lead_id);

/* The stage that its facts make. */
void lead_dial_restage(LeadDial *lead);
/* One more call of this pass that ended so. */
void lead_dial_try(LeadDial *lead, const char *code);
ReadyKey lead_dial_key(const LeadDial *lead);

/* Writes the changed leads, their version raised, and their rows of ready_lead. STATUS_RETRY
 * lead_race when the list that one goes to has its phone or external_id by now. */
Status lead_dials_write(LeadDials *dials, Db *db, Error *err) MUST_CHECK;

/* One delta for each list of a changed lead, given to list_stats_apply(). */
Status lead_dials_apply(const LeadDials *dials, Db *db, Outbox *outbox, ListGates *ret, Error *err)
    MUST_CHECK;
