/* message.h - one message consumed: a CloudEvent, its data, and what became of it. Layer: runtime.
 *
 * Binary mode (ce_* headers) and structured mode (content-type application/cloudevents+json) are
 * both taken. A message without a usable identity (ce_id, ce_source, ce_type) cannot be answered
 * and goes to the dead letters; one with an identity is answered, whatever its data is.
 *
 * Its trace context is a bare traceparent header, or the CloudEvents extension of that name; one
 * that is invalid counts as none. */
#pragma once

#include <jansson.h>

#include "adapters/bus.h"
#include "base/error.h"
#include "base/trace.h"

typedef enum MessageFate {
    MESSAGE_OPEN = 0,
    MESSAGE_COMPLETED,
    MESSAGE_REJECTED,
    MESSAGE_ACCEPTED, /* it became a job */
    MESSAGE_DEAD,     /* it goes to the dead letters */
} MessageFate;

typedef struct Message {
    BusRecord *record; /* owned */
    int generation;    /* of the partition's position */
    char id[257];
    char source[257];
    char type[65];
    char *subject; /* "<source>/<id>", what replies are about */
    Trace *trace;  /* owned; NULL: none that is valid */
    json_t *data;  /* an object; owned; NULL when it could not be read (then rejected) */
    int ordinal;   /* events caused by this message so far */
    MessageFate fate;
    bool unreadable; /* ended by message_new(); no try changes it */
    bool event; /* on a topic of events: never answered, and what nobody is for is passed over */
    bool tombstone;  /* an event without a value: data is NULL */
    Error cause;     /* with MESSAGE_REJECTED and MESSAGE_DEAD */
    char *reply;     /* JSON members of the reply, e.g. "\"results\":[…]" */
    bool repeated;   /* reply is an earlier answer, given again */
    int64_t reply_n; /* ce_sequence number of the reply */
    int64_t weight;  /* about how many bytes it takes up; intake.c's */
} Message;

/* Takes the record over. A message without identity is MESSAGE_DEAD from the start, one whose data
 * cannot be read MESSAGE_REJECTED (on a topic of events MESSAGE_DEAD, too); both stay so. */
Message *message_new(BusRecord *record, int generation);
void message_free(Message *message);

/* Fates. fields: the reply's own JSON members without braces; taken over. */
void message_complete(Message *message, char *fields);
void message_accept(Message *message, char *fields);
void message_reject(Message *message, const Error *err);
void message_bury(Message *message, const Error *err);
/* Back to open, for another try of its batch. */
void message_reopen(Message *message);

/* "topic/partition/generation/offset": what the ce_ids of its events are made of. */
enum { MESSAGE_CAUSE_SIZE = 128 };
void message_cause(const Message *message, char ret[MESSAGE_CAUSE_SIZE]);

/* The epoch and the number in ce_sequence, "epoch.n.ordinal". False when there is none to be read.
 */
bool message_sequence(const Message *message, int64_t *ret_epoch, int64_t *ret_n);

/* 64 bits of timestamp, key and value, to know the record again. */
int64_t message_fingerprint(const BusRecord *record);
