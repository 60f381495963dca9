/* kafkaprop.h - KAFKA_* variables as librdkafka properties: names, secrets, refusals. Layer: base;
 * for config.c. Knows names only; whether a property exists, librdkafka says. */
#pragma once

#include <stdbool.h>

#include "base/config.h"

enum { KAFKAPROP_NAME_SIZE = 128 };

/* "KAFKA_CONSUMER_FETCH_MIN_BYTES" gives the consumer's scope and "fetch.min.bytes". False for a
 * name that stands for none: empty, too long, or with more than three underscores in a row. */
bool kafkaprop_parse(const char *variable,
                     ConfigScope *ret_scope,
                     char ret_name[KAFKAPROP_NAME_SIZE]);

bool kafkaprop_is_secret(const char *name);

/* Cuts ".file" off the name of a secret and says true; false leaves the name alone. */
bool kafkaprop_cut_file(char *name);

/* Why this property, or this value of it, is not taken; NULL when it is. */
const char *kafkaprop_refusal(const char *name, const char *value);
