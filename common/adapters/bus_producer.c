/* The producer of bus.h. */
#include <stdatomic.h>
#include <string.h>
#include <uthash.h>

#include "adapters/bus_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

typedef struct ProducerTopic {
    char *topic;
    char *full;
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

static void
producer_on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    Producer *producer = opaque;
    (void)client;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        producer->delivered(producer->context, message->_private, NULL);
        return;
    }
    Error err;
    bus_error_set(&err, message->err, "producing");
    producer->delivered(producer->context, message->_private, &err);
}

static void producer_on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    Producer *producer = opaque;
    (void)client;
    static LogRate rate = LOG_RATE_INIT(5, 10000);
    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        atomic_store(&producer->fatal, true);
    }
    log_rate_limited(&rate, LOG_LEVEL_WARN, "kafka.trouble", " msg=%s", reason);
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
    if (producer->client != NULL) {
        rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_poll(producer->client, 0);
        rd_kafka_destroy(producer->client);
    }
    ProducerTopic *topic;
    ProducerTopic *next;
    HASH_ITER(hh, producer->topics, topic, next)
    {
        HASH_DEL(producer->topics, topic);
        free(topic->topic);
        free(topic->full);
        free(topic);
    }
    free(producer->ns);
    free(producer);
}

static const char *producer_topic_full(Producer *producer, const char *name)
{
    ProducerTopic *topic = NULL;
    HASH_FIND_STR(producer->topics, name, topic);
    if (topic == NULL) {
        topic = mem_alloc(sizeof *topic);
        topic->topic = mem_strdup(name);
        topic->full = bus_topic_full(producer->ns, name);
        HASH_ADD_KEYPTR(hh, producer->topics, topic->topic, strlen(topic->topic), topic);
    }
    return topic->full;
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

Status producer_send(Producer *producer, const BusMessage *message, void *tag, Error *err)
{
    rd_kafka_headers_t *headers = producer_headers(message);
    /* clang-format off */
    rd_kafka_resp_err_t code = rd_kafka_producev(
        producer->client,
        RD_KAFKA_V_TOPIC(producer_topic_full(producer, message->topic)),
        RD_KAFKA_V_KEY(message->key, message->key_len),
        RD_KAFKA_V_VALUE((void *)message->value, message->value_len),
        RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_OPAQUE(tag),
        RD_KAFKA_V_END);
    /* clang-format on */
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return STATUS_OK;
    }
    rd_kafka_headers_destroy(headers); /* the client takes them on success only */
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return error_set(err, STATUS_RETRY, "queue_full", "the producer's queue is full");
    }
    return bus_error_set(err, code, "producing");
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
