/* bus.h - Kafka through librdkafka. Layer: adapters.
 *
 * Topic names here are without the namespace; the bus adds it ("ns.topic"). One Consumer, Producer
 * or BusAdmin is used by one thread (delivery reports come from producer_poll() in that same
 * thread).
 *
 * The consumer uses the eager range assignor and hands rebalances to its caller as events: the
 * caller decides the offsets and passes them to consumer_assign(). It never seeks, never commits on
 * its own, and never resets an offset that the broker does not know. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/error.h"
#include "base/strbuf.h"

#define BUS_HEADERS_MAX 48

typedef struct BusHeader {
    const char *name;
    const char *value;
    size_t len;
} BusHeader;

/* One record read. Everything is borrowed from the record until bus_record_free(). value NULL:
 * tombstone. */
typedef struct BusRecord {
    const char *topic; /* without the namespace */
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
    const char *key;
    size_t key_len;
    const char *value;
    size_t value_len;
    int header_count;
    BusHeader headers[BUS_HEADERS_MAX];
    void *handle;
} BusRecord;
void bus_record_free(BusRecord *record); /* NULL is allowed */
/* The header's value as bytes, or NULL. */
const char *bus_record_header(const BusRecord *record, const char *name, size_t *ret_len);

/* One record to write; borrowed for the call. */
typedef struct BusMessage {
    const char *topic; /* without the namespace */
    const char *key;
    size_t key_len;
    const char *value; /* NULL: tombstone */
    size_t value_len;
    int header_count;
    const BusHeader *headers;
} BusMessage;

typedef struct BusPartition {
    const char *topic; /* without the namespace; borrowed from the caller's list of topics */
    int32_t partition;
    int64_t offset; /* for consumer_assign(): where to start, or BUS_BEGINNING */
} BusPartition;
#define BUS_BEGINNING (-2)
#define BUS_END       (-1)
#define BUS_NONE      (-1001) /* from consumer_committed(): nothing was */

/* ---- consumer ---- */
typedef struct Consumer Consumer;
typedef enum BusEventKind {
    BUS_NOTHING,  /* the wait ended */
    BUS_RECORD,   /* record: free it with bus_record_free() */
    BUS_ASSIGN,   /* partitions: call consumer_assign() with offsets, or consumer_leave() */
    BUS_REVOKE,   /* partitions: end what is open, then call consumer_unassign() */
    BUS_POSITION, /* partition: the offset that was assigned is not there (any more) */
    BUS_ENDED,    /* partition: there is no record from where it was read up to this offset */
    BUS_TROUBLE,  /* err says what; the consumer goes on by itself */
} BusEventKind;
typedef struct BusEvent {
    BusEventKind kind;
    BusRecord *record;              /* BUS_RECORD; the caller's to free */
    const BusPartition *partitions; /* BUS_ASSIGN, BUS_REVOKE; borrowed until the next poll */
    int partition_count;
    BusPartition partition; /* BUS_POSITION, BUS_ENDED */
    Error err;
} BusEvent;

/* group: without the namespace; not joined yet. topics: literal strings, borrowed for the
 * consumer's life. group NULL: "reader", which is never joined, for readers that assign by hand. */
Status consumer_open(const Config *cfg,
                     const char *group,
                     const char *const *topics,
                     int topic_count,
                     Consumer **ret,
                     Error *err) MUST_CHECK;
/* One that assigns by hand and tells where partitions end (BUS_ENDED). group: which it names to the
 * broker, for the rights there, and never joins. committed: as all others read, so that marks of
 * transactions and what those took back are passed over, and an open transaction is the end; else
 * all that is written counts, also for consumer_watermarks(). */
Status consumer_open_probe(
    const Config *cfg, const char *group, bool committed, Consumer **ret, Error *err) MUST_CHECK;
/* Leaves the group and closes; may hang for up to ten seconds on a dead broker. */
void consumer_close(Consumer *consumer);
/* STATUS_FATAL when the client cannot go on. */
Status consumer_poll(Consumer *consumer, int wait_ms, BusEvent *ret, Error *err) MUST_CHECK;
/* Was a broker connected, as of the last poll? */
bool consumer_sees_broker(const Consumer *consumer);
Status consumer_assign(Consumer *consumer, const BusPartition *partitions, int count, Error *err)
    MUST_CHECK;
void consumer_unassign(Consumer *consumer);
/* Join the group, unless it is joined; and leave it without reading. */
Status consumer_join(Consumer *consumer, Error *err) MUST_CHECK;
void consumer_leave(Consumer *consumer);
/* Oldest offset kept and the next one to be written, asked of the broker. */
Status consumer_watermarks(Consumer *consumer,
                           const char *topic,
                           int32_t partition,
                           int64_t *ret_low,
                           int64_t *ret_high,
                           Error *err) MUST_CHECK;
/* The next offset to be written, as of the last fetch; BUS_NONE before the first. Asks nobody. */
int64_t consumer_end(const Consumer *consumer, const char *topic, int32_t partition);
/* Stop or go on fetching assigned partitions; never from within a rebalance. */
void consumer_pause(Consumer *consumer, const BusPartition *partitions, int count);
void consumer_resume(Consumer *consumer, const BusPartition *partitions, int count);
/* What the group committed last, into the partitions' offsets; BUS_NONE where it has nothing. */
Status
consumer_committed(Consumer *consumer, BusPartition *partitions, int count, Error *err) MUST_CHECK;
/* Tell the broker positions, for lag tools only: not waited for. A failure is ignored, but that
 * rights to read are missing is noted, or that they are there. */
void consumer_mirror(Consumer *consumer, const BusPartition *partitions, int count);

/* Is a right to read missing, of the group or of a topic that it was opened with? */
bool consumer_lacks_rights(const Consumer *consumer);
/* Looks which of its topics can be seen; waits for a second at most for each that cannot. Whether
 * what is assigned may be read, consumer_mirror() asks. */
void consumer_ask_rights(Consumer *consumer);

/* ---- producer: idempotent, acks=all, murmur2 partitioner ----
 *
 * What it was given for a partition is written in that order, without holes: behind a message that
 * was refused, none is written, and the producer has to be replaced. A broker sees a hole by the
 * numbers of a producer that it knows, but takes any number from one that it has no record of in
 * the partition (KAFKA-15591). So the first message to a partition travels alone. */
typedef struct Producer Producer;
/* Called from producer_poll() or producer_purge(): tag as given to producer_send(); err NULL on
 * success. */
typedef void (*ProducerDelivered)(void *context, void *tag, const Error *err);
Status producer_open(const Config *cfg,
                     ProducerDelivered delivered,
                     void *context,
                     Producer **ret,
                     Error *err) MUST_CHECK;
void producer_close(Producer *producer); /* does not wait for what is in flight */
/* Takes a copy. STATUS_RETRY with code queue_full, or unknown_producer while the producer's first
 * message to the partition is on its way: poll and try again. STATUS_BAD_INPUT: this message can
 * never be sent (too large, unknown topic). STATUS_FATAL: rebuild the producer. */
Status
producer_send(Producer *producer, const BusMessage *message, void *tag, Error *err) MUST_CHECK;
void producer_poll(Producer *producer, int wait_ms);
/* Give up everything in queue and in flight; each is reported as failed. */
void producer_purge(Producer *producer);
/* True after a fatal error: close it and open a new one. */
bool producer_is_fatal(const Producer *producer);
/* Send and wait, for command line tools. */
Status producer_send_wait(Producer *producer, const BusMessage *message, int wait_ms, Error *err)
    MUST_CHECK;

/* ---- rights ----
 *
 * One that the broker refused is told in the log, by topic or group, and kept until it is there:
 * those to read are asked for again by consumer_ask_rights(), the others count for a minute. */

/* Adds a line for each right that this process lacks; false: there is none. Any thread. */
bool bus_rights_missed(StrBuf *out);

/* ---- topics ---- */
typedef struct BusTopicSpec {
    const char *topic; /* without the namespace */
    int partitions;
    int64_t retention_ms; /* -1: for ever */
    bool compacted;
    const char *key;      /* what its messages are keyed by */
    const char *taken_by; /* the service that reads it; NULL: others do */
    const char *about;    /* what it is for */
} BusTopicSpec;
typedef struct BusAdmin BusAdmin;
Status bus_admin_open(const Config *cfg, BusAdmin **ret, Error *err) MUST_CHECK;
void bus_admin_close(BusAdmin *admin);
/* Partition count of a topic, 0 when it does not exist or a partition has no leader (yet). Here and
 * below, STATUS_RETRY with code kafka_refused says which right to a topic is missing. */
Status bus_admin_partitions(BusAdmin *admin, const char *topic, int *ret_partitions, Error *err)
    MUST_CHECK;
/* Create those that do not exist, in one request; replication as the broker's default. */
Status
bus_admin_create(BusAdmin *admin, const BusTopicSpec specs[], size_t count, Error *err) MUST_CHECK;
/* Of its partitions the fewest copies that one has, and of how many brokers. */
Status bus_admin_replicas(
    BusAdmin *admin, const char *topic, int *ret_replicas, int *ret_brokers, Error *err) MUST_CHECK;
typedef struct BusTopicSettings {
    int64_t retention_ms;
    bool compacted;
    int min_insync; /* copies that a write waits for */
} BusTopicSettings;
/* What the broker keeps for retention.ms, cleanup.policy and min.insync.replicas. */
Status bus_admin_settings(BusAdmin *admin, const char *topic, BusTopicSettings *ret, Error *err)
    MUST_CHECK;
