/* leadspool dialer-sim: a cluster of dialers for demos, tests and benchmarks. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "cli/args.h"
#include "cli/dialer_sim_calls.h"
#include "cli/dialer_sim_count.h"
#include "cli/dialer_sim_group.h"
#include "cli/dialer_sim_log.h"
#include "cli/dialer_sim_send.h"
#include "cli/interrupt.h"

enum {
    SIM_BATCH = 2000, /* records between two looks at the clock */
    SIM_WAIT_MS = 20,
    SIM_VIRTUAL_WAIT_MS = 1, /* the clock may jump at any time */
    SIM_FLUSH_MS = 30000,
    SIM_NAME_MOST = 64,
};

static const CliOption dialer_sim_options[] = {
    {"answer", "MIX",
     "what calls come to: codes and shares (default NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2)"},
    {"think", "TIME", "length of a call, or LEAST-MOST (default 1s-3s)"},
    {"channels", "N", "calls at the same time (default 100)"},
    {"rate", "N", "calls begun in a second (default: any number)"},
    {"agents", "N", "name agents agent-1 to agent-N in the outcomes (default 0)"},
    {"callback-after", "TIME", "with CB: how much later to call (default 1m-5m)"},
    {"lose", "PERCENT", "offers never called and never answered (default 0, as all shares)"},
    {"release", "PERCENT", "offers given back without a call"},
    {"silent-start", "PERCENT", "calls without call.started"},
    {"duplicate", "PERCENT", "outcomes sent twice"},
    {"late", "PERCENT", "outcomes sent late"},
    {"late-by", "TIME", "how late (default 1m-10m)"},
    {"reorder", "PERCENT", "call.ended sent before call.started"},
    {"seed", "N", "of all that is left to chance (default 1)"},
    {"duration", "TIME", "stop after that long (default: until SIGINT or SIGTERM)"},
    {"max-calls", "N", "stop after so many calls"},
    {"campaign", "ID", "serve this campaign only"},
    {"group", "NAME", "consumer group; those of one share the offers (default dialer-sim)"},
    {"from", "WHERE", "where a new group begins: earliest or latest (default earliest)"},
    {"name", "NAME", "of this dialer: ce_source is dialer-sim/NAME (default sim)"},
    {"log", "FILE", "append all that was seen and done, as JSON lines"},
    ARGS_JSON,
    {0},
};

typedef struct Sim {
    Cli *cli;
    const char *name;
    const char *campaign;
    bool latest;
    SimFates fates;
    SimLimits limits;
    SimRange duration; /* most_us 0: until it is told to stop */
    SimCalls *calls;
    SimCount count;
    SimLog log;
    SimSend *send;
    SimGroup *group;
    Status failure; /* of the sink, with its error */
    Error failure_err;
} Sim;

/* ---- options ---- */

static Status sim_option_share(const Cli *cli, const char *name, double *ret, Error *err)
{
    const char *text = cli_option(cli, name);
    if (text == NULL) {
        return STATUS_OK;
    }
    char *end;
    double value = strtod(text, &end);
    bool plain = strspn(text, "0123456789.") == strlen(text) && text[0] != '\0';
    if (!plain || *end != '\0' || value > SIM_SHARE_ALL) {
        return cli_usage(err, "--%s must be a share in percent, from 0 to 100", name);
    }
    *ret = value;
    return STATUS_OK;
}

static Status sim_read_shares(const Cli *cli, SimFates *fates, Error *err)
{
    double silent = 0;
    const struct {
        const char *name;
        double *share;
    } shares[] = {
        {"lose", &fates->lose},       {"release", &fates->release},
        {"silent-start", &silent},    {"duplicate", &fates->duplicate},
        {"late", &fates->late_share}, {"reorder", &fates->reorder},
    };
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        Status status = sim_option_share(cli, shares[i].name, shares[i].share, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    fates->announce = SIM_SHARE_ALL - silent;
    return STATUS_OK;
}

static Status sim_read_ranges(const Cli *cli, Sim *sim, Error *err)
{
    const struct {
        const char *name;
        const char *text; /* the default */
        SimRange *range;
    } ranges[] = {
        {"think", "1s-3s", &sim->fates.think},
        {"late-by", "1m-10m", &sim->fates.late},
        {"callback-after", "1m-5m", &sim->fates.callback},
        {"duration", "0", &sim->duration},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const char *text = cli_option(cli, ranges[i].name);
        Status status = sim_range_parse(ranges[i].name, text != NULL ? text : ranges[i].text,
                                        ranges[i].range, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static Status sim_read_numbers(const Cli *cli, Sim *sim, Error *err)
{
    int64_t seed = 1;
    int64_t agents = 0;
    sim->limits.channels = 100;
    const struct {
        const char *name;
        int64_t least;
        int64_t *value;
    } numbers[] = {
        {"channels", 1, &sim->limits.channels},
        {"rate", 1, &sim->limits.per_second},
        {"max-calls", 1, &sim->limits.most_calls},
        {"seed", 0, &seed},
        {"agents", 0, &agents},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        Status status = cli_option_i64(cli, numbers[i].name, numbers[i].least,
                                       CLOCK_US_PER_SECOND * 1000, numbers[i].value, err);
        if (status != STATUS_OK) {
            return status;
        }
    }
    sim->fates.seed = (uint64_t)seed;
    sim->fates.agents = (int)agents;
    return STATUS_OK;
}

static Status sim_read_names(const Cli *cli, Sim *sim, Error *err)
{
    const char *from = cli_option(cli, "from");
    sim->name = cli_option(cli, "name") != NULL ? cli_option(cli, "name") : "sim";
    sim->campaign = cli_option(cli, "campaign");
    sim->latest = from != NULL && strcmp(from, "latest") == 0;
    if (!ids_is_public(sim->name)) {
        return cli_usage(err, "--name must be 1 to %d letters, digits, hyphens and underscores",
                         SIM_NAME_MOST);
    }
    if (from != NULL && !sim->latest && strcmp(from, "earliest") != 0) {
        return cli_usage(err, "--from must be earliest or latest");
    }
    return STATUS_OK;
}

static Status sim_read_options(const Cli *cli, Sim *sim, Error *err)
{
    const char *mix = cli_option(cli, "answer");
    Status status = sim_mix_parse(mix != NULL ? mix : "NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2",
                                  &sim->fates.mix, err);
    if (status == STATUS_OK) {
        status = sim_read_shares(cli, &sim->fates, err);
    }
    if (status == STATUS_OK) {
        status = sim_read_ranges(cli, sim, err);
    }
    if (status == STATUS_OK) {
        status = sim_read_numbers(cli, sim, err);
    }
    return status == STATUS_OK ? sim_read_names(cli, sim, err) : status;
}

/* ---- at work ---- */

/* What cannot be told ends the run; what happens until then goes nowhere. */
static void sim_on_act(void *context, SimAct act, const SimCall *call, int64_t now_us)
{
    Sim *sim = context;
    sim_count_act(&sim->count, act, call);
    sim_log_add(&sim->log, act, call, now_us);
    if (sim->failure == STATUS_OK) {
        sim->failure = sim_send_act(sim->send, act, call, now_us, &sim->failure_err);
    }
}

static bool sim_serves(const Sim *sim, const BusRecord *record)
{
    size_t len = 0;
    const char *campaign = bus_record_header(record, "campaign", &len);
    return sim->campaign == NULL || (campaign != NULL && strlen(sim->campaign) == len &&
                                     memcmp(campaign, sim->campaign, len) == 0);
}

static void sim_take(Sim *sim, const BusRecord *record, int64_t now_us)
{
    SimOffer offer;
    Error bad;
    if (!sim_serves(sim, record)) {
        return;
    }
    if (sim_offer_read(record, &offer, &bad) == STATUS_OK) {
        sim_calls_take(sim->calls, &offer, now_us);
        sim_calls_advance(sim->calls, now_us);
    } else {
        sim->count.unread++;
    }
}

static int sim_wait_ms(const Sim *sim)
{
    int most_ms = clock_is_virtual() ? SIM_VIRTUAL_WAIT_MS : SIM_WAIT_MS;
    int64_t due_us = sim_calls_due_us(sim->calls);
    int64_t left_us = due_us != INT64_MAX ? due_us - clock_now_us() : INT64_MAX;
    return left_us <= 0 ? 0 : left_us / 1000 < most_ms ? (int)(left_us / 1000) : most_ms;
}

/* What has come, up to a batch of it. */
static Status sim_read(Sim *sim, Error *err)
{
    int wait_ms = sim_wait_ms(sim);
    for (int i = 0; i < SIM_BATCH; i++) {
        BusRecord *record = NULL;
        Status status = sim_group_next(sim->group, i == 0 ? wait_ms : 0, &record, err);
        if (status != STATUS_OK || record == NULL) {
            return status;
        }
        sim_take(sim, record, clock_now_us()); /* offers may be made while a batch is read */
        bus_record_free(record);
    }
    return STATUS_OK;
}

static Status sim_settle(Sim *sim, Error *err)
{
    if (sim->failure != STATUS_OK) {
        *err = sim->failure_err;
        return sim->failure;
    }
    Status status = sim_log_flush(&sim->log, err);
    return status == STATUS_OK ? sim_send_poll(sim->send, err) : status;
}

static Status sim_step(Sim *sim, Error *err)
{
    Status status = sim_read(sim, err);
    if (status == STATUS_OK) {
        sim_calls_advance(sim->calls, clock_now_us());
        status = sim_settle(sim, err);
    }
    sim_group_commit(sim->group, false);
    sim_count_show(&sim->count, sim->cli, sim->calls, clock_mono_ms());
    return status;
}

static bool sim_over(const Sim *sim, int64_t began_us)
{
    bool over = sim->duration.most_us > 0 && clock_now_us() - began_us >= sim->duration.most_us;
    return over || interrupt_pending() || sim_calls_used_up(sim->calls);
}

static Status sim_work(Sim *sim, Error *err)
{
    int64_t began_us = clock_now_us();
    Status status = STATUS_OK;
    while (status == STATUS_OK && !sim_over(sim, began_us)) {
        status = sim_step(sim, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    sim_calls_stop(sim->calls, clock_now_us());
    status = sim_settle(sim, err);
    return status == STATUS_OK ? sim_send_flush(sim->send, SIM_FLUSH_MS, err) : status;
}

static Status sim_open(Sim *sim, Error *err)
{
    Cli *cli = sim->cli;
    const char *group = cli_option(cli, "group");
    Status status = sim_log_open(&sim->log, cli_option(cli, "log"), sim->name, err);
    if (status == STATUS_OK) {
        status = sim_send_open(&cli->config, sim->name, &sim->send, err);
    }
    if (status == STATUS_OK) {
        status = sim_group_open(&cli->config, group != NULL ? group : "dialer-sim", sim->latest,
                                &sim->group, err);
    }
    sim->calls = sim_calls_new(&sim->fates, &sim->limits, (SimSink){sim_on_act, sim});
    sim_count_init(&sim->count, &sim->fates.mix, clock_mono_ms());
    return status;
}

static Status dialer_sim(Cli *cli, Error *err)
{
    Sim sim = {.cli = cli};
    Status status = sim_read_options(cli, &sim, err);
    if (status != STATUS_OK) {
        return status;
    }
    interrupt_catch();
    interrupt_catch_term();
    status = sim_open(&sim, err);
    if (status == STATUS_OK) {
        status = sim_work(&sim, err);
    }
    sim_group_close(sim.group);
    sim_send_close(sim.send);
    sim_log_close(&sim.log);
    sim_calls_free(sim.calls);
    if (status == STATUS_OK) {
        sim_count_print(&sim.count, cli, clock_mono_ms());
    }
    return status;
}

const Verb cli_dialer_sim_verbs[] = {
    {"", "", 0, 0, "play a cluster of dialers: take offers, make up calls, send outcomes",
     dialer_sim_options,
     "dialer-sim --answer NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2 --think 5s-90s --channels 200\n"
     "dialer-sim --duration 30s --duplicate 2 --late 1 --reorder 1 --lose 1 --release 1 --seed 7\n"
     "dialer-sim --think 0 --channels 5000 --max-calls 100000 --log calls.jsonl --json",
     dialer_sim},
    {0},
};
