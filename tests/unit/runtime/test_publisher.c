/* Against librdkafka's own mock of a broker, which answers as it is told to. */
#include "runtime/publisher.h"

#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/metrics.h"

enum { BROKER = 1, PRODUCE = 0, READ_MS = 15000 };

static rd_kafka_t *client; /* owns the mock, and reads back */
static rd_kafka_mock_cluster_t *mock;
static Config config;
/* So that what is sent together is one batch; with the second one, so that it is none. */
static ConfigProperty properties[] = {
    {CONFIG_SCOPE_PRODUCER, "linger.ms", "100", false, CONFIG_FROM_ENV},
    {CONFIG_SCOPE_PRODUCER, "batch.num.messages", "1", false, CONFIG_FROM_ENV},
};
static Publisher *publisher;
static Outbox outbox;
static StrBuf payloads[PUBLISHER_ROWS];
static bool may_send;

static bool answer_may_send(void *context)
{
    (void)context;
    return may_send;
}

static void client_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char text[256];
    cr_assert_eq(rd_kafka_conf_set(conf, name, value, text, sizeof text), RD_KAFKA_CONF_OK, "%s",
                 text);
}

static void reopen(void)
{
    Error err;
    publisher_close(publisher);
    cr_assert_eq(publisher_open(publisher, &config, answer_may_send, NULL, &err), STATUS_OK, "%s",
                 err.text);
}

static void setup(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    client_set(conf, "test.mock.num.brokers", "1");
    client_set(conf, "group.id", "reader");
    client_set(conf, "auto.offset.reset", "earliest");
    client_set(conf, "log_level", "2");
    char text[256];
    client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    cr_assert_not_null(client, "%s", text);
    mock = rd_kafka_handle_mock_cluster(client);
    cr_assert_eq(rd_kafka_mock_topic_create(mock, "test.t", 1, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    cr_assert_eq(rd_kafka_mock_topic_create(mock, "test.other", 1, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    config = (Config){.ns = "test",
                      .properties = properties,
                      .property_count = 1,
                      .kafka_bootstrap_servers = (char *)rd_kafka_mock_cluster_bootstraps(mock)};
    may_send = true;
    outbox_init(&outbox, "test");
    publisher = mem_alloc(sizeof *publisher);
    reopen();
}

static void teardown(void)
{
    publisher_close(publisher);
    free(publisher);
    outbox_done(&outbox);
    for (int i = 0; i < PUBLISHER_ROWS; i++) {
        strbuf_done(&payloads[i]);
    }
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
}

TestSuite(publisher, .init = setup, .fini = teardown, .timeout = 120);

/* ---- rows ---- */

static void row_add(int i, const BusMessage *message)
{
    outbox_reset(&outbox, 1, 0);
    outbox_add_raw(&outbox, message);
    for (int lane = 0; lane < OUTBOX_LANES; lane++) {
        strbuf_add(&payloads[i], outbox.lanes[lane].data, outbox.lanes[lane].len);
    }
}

static void row_add_text(int i, const char *topic, const char *text)
{
    BusHeader header = {"ce_subject", "s", 1};
    BusMessage message = {.topic = topic,
                          .key = "k",
                          .key_len = 1,
                          .value = text,
                          .value_len = strlen(text),
                          .header_count = 1,
                          .headers = &header};
    row_add(i, &message);
}

static bool all_settled(void)
{
    for (int i = 0; i < publisher->row_count; i++) {
        if (!publisher->rows[i]->settled) {
            return false;
        }
    }
    return true;
}

/* What is on its way gets its answer. */
static void settle(void)
{
    int64_t deadline_ms = clock_mono_ms() + 2 * PUBLISHER_PATIENCE_MS;
    while (!all_settled() && clock_mono_ms() < deadline_ms) {
        publisher_publish(publisher);
    }
}

static void add(int i, int lane)
{
    publisher_add(publisher, 100 + i, lane, payloads[i].data, payloads[i].len);
}

/* The rows as they are in payloads, all of lane 3 unless lanes says else. */
static void publish_from(int first, int count, const int lanes[])
{
    publisher_forget(publisher);
    for (int i = 0; i < count; i++) {
        add(first + i, lanes != NULL ? lanes[i] : 3);
    }
    publisher_publish(publisher);
    settle();
}

static void publish(int count, const int lanes[])
{
    publish_from(0, count, lanes);
}

static char *fates(char found[])
{
    static const char letters[] = {
        [PUBLISHER_DONE] = 'd',
        [PUBLISHER_LEFT] = 'l',
        [PUBLISHER_TROUBLED] = 't',
        [PUBLISHER_REFUSED] = 'r',
    };
    for (int i = 0; i < publisher->row_count; i++) {
        const PublisherRow *row = publisher->rows[i];
        found[i] = row->settled ? letters[row->fate] : 'w';
    }
    found[publisher->row_count] = '\0';
    return found;
}

static void check_fates(const char *wanted, const char *what)
{
    char found[PUBLISHER_ROWS + 1];
    fates(found);
    cr_assert_str_eq(found, wanted, "%s: %s", what, found);
}

/* Fates as they become within ten seconds. */
static void await_fates(const char *wanted, const char *what)
{
    char found[PUBLISHER_ROWS + 1];
    int64_t deadline_ms = clock_mono_ms() + 10000;
    do {
        publisher_publish(publisher);
    } while (strcmp(fates(found), wanted) != 0 && clock_mono_ms() < deadline_ms);
    check_fates(wanted, what);
}

/* ---- reading back ---- */

/* Values of the topic up to one that says "end", which is written here, joined by commas. */
static char *read_back(const char *topic)
{
    AUTO_FREE char *full = mem_sprintf("test.%s", topic);
    strbuf_reset(&payloads[PUBLISHER_ROWS - 1]);
    row_add_text(PUBLISHER_ROWS - 1, topic, "end");
    publisher_forget(publisher);
    add(PUBLISHER_ROWS - 1, 9);
    publisher_publish(publisher);
    settle();
    check_fates("d", "the end");

    rd_kafka_topic_partition_list_t *places = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(places, full, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, places);
    rd_kafka_topic_partition_list_destroy(places);
    StrBuf seen = STRBUF_INIT;
    int64_t deadline_ms = clock_mono_ms() + READ_MS;
    bool ended = false;
    while (!ended && clock_mono_ms() < deadline_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 100);
        if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ended = message->len == 3 && memcmp(message->payload, "end", 3) == 0;
            if (!ended) {
                strbuf_addf(&seen, "%s%.*s", seen.len > 0 ? "," : "", (int)message->len,
                            (const char *)message->payload);
            }
        }
        if (message != NULL) {
            rd_kafka_message_destroy(message);
        }
    }
    cr_assert(ended, "read so far: %s", seen.data);
    return strbuf_detach(&seen);
}

static void check_topic(const char *topic, const char *wanted)
{
    AUTO_FREE char *found = read_back(topic);
    cr_assert_str_eq(found, wanted, "%s: %s", topic, found);
}

static void refuse(int times)
{
    rd_kafka_resp_err_t errors[8];
    for (int i = 0; i < times; i++) {
        errors[i] = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    }
    rd_kafka_mock_push_request_errors_array(mock, PRODUCE, (size_t)times, errors);
}

/* The producer has its number, so that the next request is one that is meant. */
static void warm_up(void)
{
    row_add_text(0, "t", "warm");
    publish(1, NULL);
    check_fates("d", "warming up");
    strbuf_reset(&payloads[0]);
}

static const char stub[] = "{\"error\":\"message_too_large\",\"size_bytes\":";

/* ---- figures ---- */

static void check_figure(const char *line)
{
    AUTO_STRBUF page = STRBUF_INIT;
    metrics_write(&page);
    AUTO_FREE char *whole = mem_sprintf("\n%s\n", line);
    cr_assert(strstr(page.data, whole) != NULL, "%s: %s", line, page.data);
}

static void check_unpublishable(int stubs, int skipped, int damaged)
{
    const char *const results[] = {"stub", "skipped", "damaged"};
    const int counts[] = {stubs, skipped, damaged};
    for (int i = 0; i < 3; i++) {
        AUTO_FREE char *line = mem_sprintf("leadspool_outbox_unpublishable_total{result=\"%s\"} %d",
                                           results[i], counts[i]);
        check_figure(line);
    }
}

/* ---- what has to hold ---- */

Test(publisher, rows_come_out_in_order)
{
    row_add_text(0, "t", "1");
    row_add_text(0, "t", "2");
    row_add_text(1, "t", "3");
    publish(2, NULL);
    check_fates("dd", "healthy");
    check_topic("t", "1,2,3");
    check_unpublishable(0, 0, 0);
}

/* Key, foreign headers or value beyond what the client takes: a stub that fits, and nothing stops.
 */
Test(publisher, what_is_too_large_becomes_a_stub)
{
    AUTO_FREE char *huge = mem_alloc(1200001);
    memset(huge, 'x', 1200000);
    BusHeader headers[] = {{"ce_subject", "s", 1}, {"foreign", huge, 1200000}};
    BusMessage large_key = {
        .topic = "t", .key = huge, .key_len = 1200000, .value = "1", .value_len = 1};
    BusMessage large_header = {.topic = "t",
                               .key = "k",
                               .key_len = 1,
                               .value = "12",
                               .value_len = 2,
                               .header_count = 2,
                               .headers = headers};
    BusMessage large_value = {
        .topic = "t", .key = "k", .key_len = 1, .value = huge, .value_len = 1200000};
    row_add(0, &large_key);
    row_add(0, &large_header);
    row_add(0, &large_value);
    row_add_text(0, "t", "after");
    publish(1, NULL);
    check_fates("d", "too large for the client");
    AUTO_FREE char *wanted = mem_sprintf("%s1},%s2},%s1200000},after", stub, stub, stub);
    check_topic("t", wanted);
    check_unpublishable(3, 0, 0);
}

/* A broker whose limit is below ours refuses a batch as a whole. Nothing is written behind the
 * hole; the next try finds out message by message. */
Test(publisher, what_a_broker_refuses_becomes_a_stub)
{
    warm_up();
    row_add_text(0, "t", "1");
    row_add_text(0, "t", "2");
    row_add_text(1, "t", "3");
    refuse(1);
    publish(2, NULL);
    check_fates("rr", "refused as one batch");
    refuse(1);
    publish(2, NULL);
    check_fates("dl", "message by message");
    publish_from(1, 1, NULL);
    check_fates("d", "the next row");
    AUTO_FREE char *wanted = mem_sprintf("warm,%s1},2,3", stub);
    check_topic("t", wanted);
}

/* The mock takes any batch behind the refused one, as a broker does that does not know the
 * producer. */
Test(publisher, nothing_is_written_behind_a_new_producers_first_message)
{
    config.property_count = 2;
    reopen();
    for (int i = 0; i < 3; i++) {
        row_add_text(i, "t", (const char *[]){"1", "2", "3"}[i]);
    }
    refuse(1);
    publish(3, NULL);
    check_fates("rll", "the first one is refused");
    publish(3, NULL);
    check_fates("dll", "alone");
    publish_from(1, 2, NULL);
    check_fates("dd", "the others");
    check_topic("t", "1,2,3");
}

Test(publisher, what_is_taken_in_no_form_is_left_out)
{
    warm_up();
    row_add_text(0, "t", "1");
    row_add_text(0, "t", "2");
    refuse(1);
    publish(1, NULL);
    check_fates("r", "refused");
    refuse(2);
    publish(1, NULL);
    check_fates("d", "and its stub too");
    check_topic("t", "warm,2");
    check_unpublishable(0, 1, 0);
}

/* The broker has lost count of the producer's messages, which ends the producer for good; another
 * one goes on where it stood. */
Test(publisher, a_fatal_producer_is_replaced)
{
    warm_up();
    row_add_text(0, "t", "1");
    row_add_text(0, "t", "2");
    row_add_text(1, "t", "3");
    rd_kafka_mock_push_request_errors(mock, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    publish(2, NULL);
    cr_assert_neq(publisher->rows[0]->fate, PUBLISHER_DONE);
    cr_assert_neq(publisher->rows[1]->fate, PUBLISHER_DONE);
    cr_assert_not(producer_is_fatal(publisher->producer));
    check_figure("leadspool_producer_rebuilds_total 1");
    publish(2, NULL);
    check_fates("dd", "by the new producer");
    check_topic("t", "warm,1,2,3");
    check_figure("leadspool_producer_rebuilds_total 1");
    check_unpublishable(0, 0, 0);
}

Test(publisher, trouble_of_a_lane_is_not_that_of_another)
{
    static const int lanes[] = {3, 4, 3};
    warm_up();
    row_add_text(0, "t", "1");
    row_add_text(1, "other", "2");
    row_add_text(2, "t", "3");
    refuse(1);
    publish(3, lanes);
    for (int i = 0; i < 3; i++) {
        cr_assert_neq(publisher->rows[i]->fate, PUBLISHER_TROUBLED, "row %d", i);
    }
    cr_assert_neq(publisher->refused[3].id == 0, publisher->refused[4].id == 0);
}

/* A topic that Kafka does not give leaves the producer usable; what else is on its way comes back
 * all the same. */
Test(publisher, trouble_takes_all_back)
{
    static const int lanes[] = {3, 4};
    warm_up();
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, -1);
    rd_kafka_mock_topic_set_error(mock, "test.denied", RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION);
    row_add_text(0, "t", "1");
    row_add_text(1, "denied", "2");
    publisher_forget(publisher);
    for (int i = 0; i < 2; i++) {
        add(i, lanes[i]);
    }
    await_fates("lt", "of another lane");
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, BROKER);
    check_topic("t", "warm");
}

/* Told to stop while a broker is away: all is taken back, and nothing comes out afterwards. */
Test(publisher, what_is_taken_back_stays_back)
{
    warm_up();
    row_add_text(0, "t", "1");
    row_add_text(1, "t", "2");
    rd_kafka_mock_broker_set_down(mock, BROKER);
    may_send = false;
    publish(2, NULL);
    check_fates("ll", "may not send");
    may_send = true;
    rd_kafka_mock_broker_set_up(mock, BROKER);
    check_topic("t", "warm");
}

Test(publisher, a_damaged_rest_does_not_stop_its_lane)
{
    row_add_text(0, "t", "1");
    row_add_text(0, "t", "lost");
    payloads[0].len -= 3;
    row_add_text(1, "t", "2");
    publish(2, NULL);
    check_fates("dd", "damaged");
    check_topic("t", "1,2");
    check_unpublishable(0, 0, 1);
}

/* A partition without a leader: its lane stays on its way, in order, and another's rows come and go
 * meanwhile. */
Test(publisher, a_lane_that_waits_holds_no_other)
{
    warm_up();
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, -1);
    row_add_text(0, "t", "1");
    row_add_text(1, "other", "a");
    row_add_text(2, "t", "2");
    row_add_text(3, "other", "b");
    publisher_forget(publisher);
    add(0, 3);
    add(1, 4);
    add(2, 3);
    await_fates("wdw", "without a leader");
    publisher_forget(publisher);
    cr_assert(publisher_has_lane(publisher, 3) && !publisher_has_lane(publisher, 4));
    add(3, 4);
    await_fates("wwd", "the other lane goes on");
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, BROKER);
    await_fates("ddd", "with a leader");
    check_topic("t", "warm,1,2");
}

/* A row of the waiting lane that Kafka has taken does not count before the earlier ones. */
Test(publisher, what_is_taken_ahead_of_a_waiting_row_waits_too)
{
    warm_up();
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, -1);
    row_add_text(0, "t", "1");
    row_add_text(1, "other", "a");
    publisher_forget(publisher);
    add(0, 3);
    add(1, 3);
    for (int i = 0; i < 200 && (i == 0 || publisher->rows[1]->pending > 0); i++) {
        publisher_publish(publisher);
    }
    cr_assert_eq(publisher->rows[1]->pending, 0);
    check_fates("ww", "behind a waiting row");
    publisher_recall(publisher);
    check_fates("tl", "taken back");
}

/* Lanes behind a new producer's first message to a partition without a leader: what is not sent yet
 * stays with the publisher, and other lanes go on. */
Test(publisher, what_waits_for_a_first_message_holds_no_other)
{
    static const int lanes[] = {3, 4, 5};
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, -1);
    row_add_text(0, "t", "1");
    row_add_text(0, "t", "2");
    row_add_text(1, "t", "3");
    row_add_text(2, "other", "a");
    row_add_text(2, "other", "b");
    row_add_text(3, "other", "c");
    publisher_forget(publisher);
    for (int i = 0; i < 3; i++) {
        add(i, lanes[i]);
    }
    await_fates("wwd", "without a leader");
    memset(payloads[0].data, 'x', payloads[0].len);
    memset(payloads[1].data, 'x', payloads[1].len);
    publisher_forget(publisher);
    add(3, 5);
    await_fates("wwd", "the other lane goes on");
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, BROKER);
    await_fates("ddd", "with a leader");
    check_topic("t", "1,2,3");
}

Test(publisher, what_waits_for_a_first_message_is_taken_back)
{
    static const int lanes[] = {3, 4};
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, -1);
    row_add_text(0, "t", "1");
    row_add_text(1, "t", "2");
    publisher_forget(publisher);
    for (int i = 0; i < 2; i++) {
        add(i, lanes[i]);
    }
    publisher_publish(publisher);
    check_fates("ww", "without a leader");
    publisher_recall(publisher);
    check_fates("tl", "taken back");
    rd_kafka_mock_partition_set_leader(mock, "test.t", 0, BROKER);
    check_topic("t", "");
}
