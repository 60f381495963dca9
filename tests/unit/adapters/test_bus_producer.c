/* Against librdkafka's own mock of a broker. */
#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "adapters/bus.h"
#include "base/clock.h"

enum { BROKER = 1, MESSAGES = 10, OUTAGE_MS = 31000, REPORT_MS = 20000 };

typedef struct Reports {
    int done;
    int failed;
} Reports;

static void count_report(void *context, void *tag, const Error *err)
{
    Reports *reports = context;
    (void)tag;
    reports->done += err == NULL;
    reports->failed += err != NULL;
}

static rd_kafka_t *mock_new(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];
    cr_assert_eq(rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", text, sizeof text),
                 RD_KAFKA_CONF_OK, "%s", text);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    cr_assert_not_null(client, "%s", text);
    rd_kafka_mock_topic_create(rd_kafka_handle_mock_cluster(client), "test.t", 1, 1);
    return client;
}

static void send_one(Producer *producer)
{
    BusMessage message = {.topic = "t", .key = "k", .key_len = 1, .value = "v", .value_len = 1};
    Error err;
    cr_assert_eq(producer_send(producer, &message, NULL, &err), STATUS_OK, "%s", err.text);
}

static void poll_until(Producer *producer, const Reports *reports, int count, int64_t deadline_ms)
{
    while (reports->done + reports->failed < count && clock_mono_ms() < deadline_ms) {
        producer_poll(producer, 50);
    }
}

/* Messages that were sent over a second meet an outage that ends half a minute after the first:
 * were some to expire and the rest to be written, whoever drops what is not newer would miss those.
 */
Test(bus_producer, no_message_expires_before_its_successors, .timeout = 120)
{
    rd_kafka_t *client = mock_new();
    rd_kafka_mock_cluster_t *mock = rd_kafka_handle_mock_cluster(client);
    Config cfg = {.ns = "test",
                  .kafka_bootstrap_servers = (char *)rd_kafka_mock_cluster_bootstraps(mock)};
    Reports reports = {0};
    Producer *producer = NULL;
    Error err;
    cr_assert_eq(producer_open(&cfg, count_report, &reports, &producer, &err), STATUS_OK);
    send_one(producer);
    poll_until(producer, &reports, 1, clock_mono_ms() + REPORT_MS);
    cr_assert_eq(reports.done, 1, "the broker answers");

    rd_kafka_mock_broker_set_down(mock, BROKER);
    int64_t begun_ms = clock_mono_ms();
    for (int i = 0; i < MESSAGES; i++) {
        send_one(producer);
        poll_until(producer, &reports, INT32_MAX, begun_ms + (i + 1) * 120);
    }
    poll_until(producer, &reports, INT32_MAX, begun_ms + OUTAGE_MS);
    rd_kafka_mock_broker_set_up(mock, BROKER);
    poll_until(producer, &reports, MESSAGES + 1, clock_mono_ms() + REPORT_MS);
    cr_assert_eq(reports.failed, 0, "%d expired", reports.failed);
    cr_assert_eq(reports.done, MESSAGES + 1);
    producer_close(producer);
    rd_kafka_destroy(client);
}
