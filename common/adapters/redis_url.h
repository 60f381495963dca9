/* redis_url.h - the parts of REDIS_URL. Layer: adapters; pure. */
#pragma once

#include "base/error.h"

typedef struct RedisUrl {
    char host[256]; /* "": a Unix socket */
    char path[108];
    int port;
    int db;
    char user[128];
    char password[512];
} RedisUrl;

/* STATUS_FATAL with code redis_url; the text never holds the password. */
Status redis_url_parse(const char *url, RedisUrl *ret, Error *err) MUST_CHECK;
