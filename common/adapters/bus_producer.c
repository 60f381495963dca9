/* The producer of bus.h. */
#include <stdatomic.h>
#include <string.h>
#include <uthash.h>

#include "adapters/bus_internal.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/log.h"
#include "base/mem.h"

/* A broker forgets a producer that wrote nothing to a partition for producer.id.expiration.ms, one
 * day by default. */
enum { PRODUCER_KNOWN_MS = 3600 * 1000, TOPIC_NAME_MOST = 249 };

/* Does the broker know this producer there? */
typedef struct ProducerPlace {
    bool asked;       /* a message is on its way that will tell */
    int64_t known_ms; /* until when it does; monotonic, 0: it does not */
} ProducerPlace;

typedef struct ProducerTopic {
    char *topic;
    rd_kafka_topic_t *handle;
    atomic_int partition_count; /* as the client saw it last; 0: not yet */
    ProducerPlace anywhere;     /* stands for all partitions while their count is not known */
    ProducerPlace *places;      /* by partition */
    int place_count;
    UT_hash_handle hh;
} ProducerTopic;

struct Producer {
    rd_kafka_t *client;
    char *ns;
    ProducerTopic *topics;
    ProducerDelivered delivered;
    void *context;
    atomic_bool fatal;
};

/* ---- where the broker knows us ---- */

static ProducerPlace *producer_place(ProducerTopic *topic, int partition)
{
    if (partition >= topic->place_count) {
        topic->places = mem_realloc(topic->places, sizeof *topic->places * (size_t)(partition + 1));
        while (topic->place_count <= partition) {
            topic->places[topic->place_count++] = (ProducerPlace){0};
        }
    }
    return &topic->places[partition];
}

/* The partitioner of the configuration, and a note of how many partitions there are. The client
 * calls it where it learns of them: in its own thread, or in ours. */
static int32_t producer_partition(const rd_kafka_topic_t *handle,
                                  const void *key,
                                  size_t key_len,
                                  int32_t partition_count,
                                  void *opaque,
                                  void *message_opaque)
{
    ProducerTopic *topic = opaque;
    atomic_store(&topic->partition_count, partition_count);
    return rd_kafka_msg_partitioner_murmur2_random(handle, key, key_len, partition_count, opaque,
                                                   message_opaque);
}

/* Where the message is going; NULL without a key: that is anywhere, and has no order. */
static ProducerPlace *producer_place_of(ProducerTopic *topic, const BusMessage *message)
{
    int count = atomic_load(&topic->partition_count);
    if (message->key == NULL) {
        return NULL;
    }
    if (count == 0 || topic->anywhere.asked) {
        return &topic->anywhere;
    }
    return producer_place(
        topic, rd_kafka_msg_partitioner_murmur2_random(topic->handle, message->key,
                                                       message->key_len, count, NULL, NULL));
}

/* What never got a partition may have been asked of any. */
static void producer_note(const rd_kafka_message_t *message)
{
    ProducerTopic *topic = rd_kafka_topic_opaque(message->rkt);
    bool written = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    topic->anywhere.asked = topic->anywhere.asked && message->key == NULL;
    if (message->partition >= 0) {
        *producer_place(topic, message->partition) =
            (ProducerPlace){.known_ms = written ? clock_mono_ms() + PRODUCER_KNOWN_MS : 0};
    }
    for (int i = 0; message->partition < 0 && i < topic->place_count; i++) {
        topic->places[i].asked = false;
    }
}

/* ---- the client ---- */

/* Nobody has a right to a topic that cannot be, and the broker asks for the right first. */
static bool producer_topic_can_be(const char *full)
{
    size_t len = strlen(full);
    return len <= TOPIC_NAME_MOST &&
           strspn(full, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

static Status producer_failed(rd_kafka_resp_err_t code, const char *topic, Error *err)
{
    static LogRate rate = LOG_RATE_INIT(5, 10000);
    if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED && !producer_topic_can_be(topic)) {
        error_set(err, STATUS_RETRY, "kafka", "Kafka, producing: no topic can be called %s", topic);
        log_rate_limited(&rate, LOG_LEVEL_WARN, "kafka.trouble", " topic=%s msg=%s", topic,
                         err->text);
        return err->status;
    }
    return bus_error_right(err, code, "producing", BUS_WRITE_TOPIC, topic);
}

/* A broker gives the number of an idempotent producer to whoever may write to some topic. */
static bool producer_was_refused(const Producer *producer)
{
    char text[256];
    bool refused = rd_kafka_fatal_error(producer->client, text, sizeof text) ==
                   RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    if (refused) {
        bus_right_missed(BUS_WRITE_ANY, producer->ns);
    }
    return refused;
}

static void
producer_on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    Producer *producer = opaque;
    (void)client;
    producer_note(message);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        bus_right_there(BUS_WRITE_TOPIC, rd_kafka_topic_name(message->rkt));
        bus_right_there(BUS_WRITE_ANY, producer->ns);
        producer->delivered(producer->context, message->_private, NULL);
        return;
    }
    Error err;
    (void)producer_failed(message->err, rd_kafka_topic_name(message->rkt), &err);
    producer->delivered(producer->context, message->_private, &err);
}

static void producer_on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    Producer *producer = opaque;
    (void)client;
    bool fatal = code == RD_KAFKA_RESP_ERR__FATAL;
    if (fatal) {
        atomic_store(&producer->fatal, true);
    }
    if (!fatal || !producer_was_refused(producer)) {
        bus_trouble_tell(code, reason);
    }
}

Status producer_open(
    const Config *cfg, ProducerDelivered delivered, void *context, Producer **ret, Error *err)
{
    rd_kafka_conf_t *conf = NULL;
    Status status = bus_conf_new(cfg, CONFIG_SCOPE_PRODUCER, &conf, err);
    if (status != STATUS_OK) {
        return status;
    }
    Producer *producer = mem_alloc(sizeof *producer);
    producer->ns = mem_strdup(cfg->ns);
    producer->delivered = delivered;
    producer->context = context;
    rd_kafka_conf_set_opaque(conf, producer);
    rd_kafka_conf_set_dr_msg_cb(conf, producer_on_delivery);
    rd_kafka_conf_set_error_cb(conf, producer_on_error);
    char text[256];
    producer->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (producer->client == NULL) {
        rd_kafka_conf_destroy(conf);
        producer_close(producer);
        return error_set(err, STATUS_FATAL, "config_invalid", "Kafka producer: %s", text);
    }
    *ret = producer;
    return STATUS_OK;
}

void producer_close(Producer *producer)
{
    if (producer == NULL) {
        return;
    }
    ProducerTopic *topic;
    ProducerTopic *next;
    HASH_ITER(hh, producer->topics, topic, next)
    {
        rd_kafka_topic_destroy(topic->handle);
    }
    if (producer->client != NULL) {
        rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_poll(producer->client, 0);
        rd_kafka_destroy(producer->client);
    }
    HASH_ITER(hh, producer->topics, topic, next)
    {
        HASH_DEL(producer->topics, topic);
        free(topic->places);
        free(topic->topic);
        free(topic);
    }
    free(producer->ns);
    free(producer);
}

/* NULL: err says why. */
static ProducerTopic *producer_topic(Producer *producer, const char *name, Error *err)
{
    ProducerTopic *topic = NULL;
    HASH_FIND_STR(producer->topics, name, topic);
    if (topic == NULL) {
        AUTO_FREE char *full = bus_topic_full(producer->ns, name);
        rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(producer->client);
        topic = mem_alloc(sizeof *topic);
        rd_kafka_topic_conf_set_opaque(conf, topic);
        rd_kafka_topic_conf_set_partitioner_cb(conf, producer_partition);
        topic->handle = rd_kafka_topic_new(producer->client, full, conf);
        if (topic->handle == NULL) {
            free(topic);
            (void)bus_error_set(err, rd_kafka_last_error(), "a topic");
            return NULL;
        }
        topic->topic = mem_strdup(name);
        HASH_ADD_KEYPTR(hh, producer->topics, topic->topic, strlen(topic->topic), topic);
    }
    return topic;
}

static rd_kafka_headers_t *producer_headers(const BusMessage *message)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new((size_t)message->header_count);
    for (int i = 0; i < message->header_count; i++) {
        const BusHeader *header = &message->headers[i];
        rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->len);
    }
    return headers;
}

static rd_kafka_resp_err_t producer_hand_over(Producer *producer,
                                              const ProducerTopic *topic,
                                              const BusMessage *message,
                                              void *tag)
{
    rd_kafka_headers_t *headers = producer_headers(message);
    /* clang-format off */
    rd_kafka_resp_err_t code = rd_kafka_producev(
        producer->client,
        RD_KAFKA_V_RKT(topic->handle),
        RD_KAFKA_V_KEY(message->key, message->key_len),
        RD_KAFKA_V_VALUE((void *)message->value, message->value_len),
        RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_OPAQUE(tag),
        RD_KAFKA_V_END);
    /* clang-format on */
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_headers_destroy(headers); /* the client takes them on success only */
    }
    return code;
}

Status producer_send(Producer *producer, const BusMessage *message, void *tag, Error *err)
{
    ProducerTopic *topic = producer_topic(producer, message->topic, err);
    if (topic == NULL) {
        return err->status;
    }
    ProducerPlace *place = producer_place_of(topic, message);
    bool known = place == NULL || place->known_ms > clock_mono_ms() || BROKEN(PRODUCER_FIRST);
    if (!known && place->asked) {
        return error_set(err, STATUS_RETRY, "unknown_producer",
                         "the producer's first message to the partition is on its way");
    }
    rd_kafka_resp_err_t code = producer_hand_over(producer, topic, message, tag);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (!known) {
            place->asked = true;
        }
        return STATUS_OK;
    }
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return error_set(err, STATUS_RETRY, "queue_full", "the producer's queue is full");
    }
    if (code == RD_KAFKA_RESP_ERR__FATAL) { /* the callback is told of it when it is polled */
        atomic_store(&producer->fatal, true);
    }
    if (code == RD_KAFKA_RESP_ERR__FATAL && producer_was_refused(producer)) {
        return error_set(err, STATUS_FATAL, "kafka_refused", "Kafka takes no producer of ours");
    }
    return producer_failed(code, rd_kafka_topic_name(topic->handle), err);
}

void producer_poll(Producer *producer, int wait_ms)
{
    rd_kafka_poll(producer->client, wait_ms);
}

void producer_purge(Producer *producer)
{
    rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer->client, 1000);
}

bool producer_is_fatal(const Producer *producer)
{
    return atomic_load(&producer->fatal);
}

typedef struct ProducerWait {
    bool ended;
    Error err;
} ProducerWait;

/* The tag of producer_send_wait() is its own wait; the context's callback is not asked. */
static void producer_wait_ended(void *context, void *tag, const Error *err)
{
    ProducerWait *wait = tag;
    (void)context;
    wait->ended = true;
    wait->err = err != NULL ? *err : (Error){0};
}

Status producer_send_wait(Producer *producer, const BusMessage *message, int wait_ms, Error *err)
{
    ProducerWait wait = {0};
    ProducerDelivered delivered = producer->delivered;
    producer->delivered = producer_wait_ended;
    Status status = producer_send(producer, message, &wait, err);
    int64_t deadline_ms = clock_mono_ms() + wait_ms;
    while (status == STATUS_OK && !wait.ended && clock_mono_ms() < deadline_ms) {
        rd_kafka_poll(producer->client, 50);
    }
    if (status == STATUS_OK && !wait.ended) {
        producer_purge(producer);
        status = error_set(err, STATUS_RETRY, "kafka_timeout",
                           "Kafka did not confirm the message in time");
    } else if (status == STATUS_OK && wait.err.status != STATUS_OK) {
        *err = wait.err;
        status = err->status;
    }
    producer->delivered = delivered;
    return status;
}
