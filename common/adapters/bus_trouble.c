/* What a person has to mend before a broker lets us in: told with what to look at. librdkafka says
 * it to the error callback alone; calls that wait only learn that nobody answered. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "adapters/bus_internal.h"
#include "base/log.h"

#define ADVICE_TLS                                                                                 \
    "look at KAFKA_SSL_CA_LOCATION, at the names in the broker's certificate, and at our own "     \
    "certificate and key"
#define ADVICE_LOGIN  "look at KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
#define ADVICE_NOBODY "is it there, and does it take our certificate and KAFKA_SECURITY_PROTOCOL?"
#define ADVICE_RIGHTS "a right is missing: `leadspool topics print --as kafka-acls` lists them"

static const struct BusAdvice {
    rd_kafka_resp_err_t code;
    const char *advice;
    bool passes; /* perhaps by itself */
} bus_advices[] = {
    {RD_KAFKA_RESP_ERR__TRANSPORT, ADVICE_NOBODY, true},
    {RD_KAFKA_RESP_ERR__SSL, ADVICE_TLS},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ADVICE_LOGIN},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ADVICE_LOGIN},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, ADVICE_LOGIN},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ADVICE_RIGHTS},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ADVICE_RIGHTS},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ADVICE_RIGHTS},
};

static struct {
    pthread_mutex_t lock;
    rd_kafka_resp_err_t code; /* NO_ERROR: nothing was said */
    char reason[256];
} bus_said = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const struct BusAdvice *bus_advice_of(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < sizeof bus_advices / sizeof bus_advices[0]; i++) {
        if (bus_advices[i].code == code) {
            return &bus_advices[i];
        }
    }
    return NULL;
}

const char *bus_advice(rd_kafka_resp_err_t code)
{
    const struct BusAdvice *known = bus_advice_of(code);
    return known != NULL && !known->passes ? known->advice : NULL;
}

void bus_trouble_tell(rd_kafka_resp_err_t code, const char *reason)
{
    static LogRate rate = LOG_RATE_INIT(5, 10000);
    const char *advice = bus_advice(code);
    log_rate_limited(&rate, LOG_LEVEL_WARN, "kafka.trouble",
                     advice != NULL ? " msg=%s do=%s" : " msg=%s", reason, advice);
    if (bus_advice_of(code) != NULL) {
        pthread_mutex_lock(&bus_said.lock);
        bus_said.code = code;
        snprintf(bus_said.reason, sizeof bus_said.reason, "%s", reason);
        pthread_mutex_unlock(&bus_said.lock);
    }
}

void bus_trouble_end(void)
{
    pthread_mutex_lock(&bus_said.lock);
    bus_said.code = RD_KAFKA_RESP_ERR_NO_ERROR;
    pthread_mutex_unlock(&bus_said.lock);
}

bool bus_trouble(char *ret_text, size_t size)
{
    pthread_mutex_lock(&bus_said.lock);
    const struct BusAdvice *known = bus_advice_of(bus_said.code);
    if (known != NULL) {
        snprintf(ret_text, size, "%s; %s", bus_said.reason, known->advice);
    }
    pthread_mutex_unlock(&bus_said.lock);
    return known != NULL;
}

bool bus_refused(void)
{
    pthread_mutex_lock(&bus_said.lock);
    bool refused = bus_advice(bus_said.code) != NULL;
    pthread_mutex_unlock(&bus_said.lock);
    return refused;
}
