#include "adapters/redis_url.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REDIS_PORT = 6379, REDIS_PORT_MOST = 65535, REDIS_DB_MOST = 9999 };

static Status url_bad(Error *err, const char *what)
{
    return error_set(err, STATUS_FATAL, "redis_url",
                     "REDIS_URL: %s; it is redis://[user[:password]@]host[:port][/db] or "
                     "unix:///path[?db=N]",
                     what);
}

static int hex_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* Percent-decoded into its room; false when it does not fit or is no encoding. */
static bool url_decode(const char *from, size_t len, char *to, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        char c = from[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_of(from[i + 1]) : -1;
            int low = i + 2 < len ? hex_of(from[i + 2]) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (used + 1 >= size) {
            return false;
        }
        to[used++] = c;
    }
    to[used] = '\0';
    return true;
}

static bool url_number(const char *text, size_t len, int most, int *ret)
{
    int value = 0;
    if (len == 0 || len > 5) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *ret = value;
    return value <= most;
}

/* What stands before the last @; returns what is behind it, or NULL. */
static const char *url_login(const char *rest, size_t len, RedisUrl *ret)
{
    const char *at = memrchr(rest, '@', len);
    if (at == NULL) {
        return rest;
    }
    const char *colon = memchr(rest, ':', (size_t)(at - rest));
    const char *user_end = colon != NULL ? colon : at;
    bool whole = url_decode(rest, (size_t)(user_end - rest), ret->user, sizeof ret->user);
    if (whole && colon != NULL) {
        whole =
            url_decode(colon + 1, (size_t)(at - colon - 1), ret->password, sizeof ret->password);
    }
    return whole ? at + 1 : NULL;
}

static Status url_socket(const char *rest, RedisUrl *ret, Error *err)
{
    const char *slash = strchr(rest, '/');
    const char *query = strchr(rest, '?');
    if (slash == NULL || (query != NULL && query < slash)) {
        return url_bad(err, "the path of the socket is missing");
    }
    const char *path = url_login(rest, (size_t)(slash - rest), ret);
    size_t len = query != NULL ? (size_t)(query - slash) : strlen(slash);
    if (path != slash || len >= sizeof ret->path) {
        return url_bad(err, "the path of the socket is not absolute, or too long");
    }
    memcpy(ret->path, slash, len);
    if (query != NULL && (strncmp(query, "?db=", 4) != 0 ||
                          !url_number(query + 4, strlen(query + 4), REDIS_DB_MOST, &ret->db))) {
        return url_bad(err, "what is behind ? is not db=N");
    }
    return STATUS_OK;
}

/* host, host:port, [v6], [v6]:port */
static bool url_host(const char *host, size_t len, RedisUrl *ret)
{
    size_t name_len = len;
    const char *port = NULL;
    if (len > 0 && host[0] == '[') {
        const char *close = memchr(host, ']', len);
        if (close == NULL) {
            return false;
        }
        name_len = (size_t)(close - host) - 1;
        port = close + 1 < host + len ? close + 1 : NULL;
        host++;
        len = port != NULL ? len - name_len - 2 : 0;
    } else {
        port = memrchr(host, ':', len);
        name_len = port != NULL ? (size_t)(port - host) : len;
        len -= name_len;
    }
    if (name_len == 0 || name_len >= sizeof ret->host) {
        return false;
    }
    memcpy(ret->host, host, name_len);
    return port == NULL ||
           (port[0] == ':' && url_number(port + 1, len - 1, REDIS_PORT_MOST, &ret->port));
}

Status redis_url_parse(const char *url, RedisUrl *ret, Error *err)
{
    *ret = (RedisUrl){.port = REDIS_PORT};
    if (strncmp(url, "unix://", 7) == 0) {
        return url_socket(url + 7, ret, err);
    }
    if (strncmp(url, "redis://", 8) != 0) {
        return url_bad(err, "it begins with neither redis:// nor unix://");
    }
    const char *rest = url + 8;
    size_t len = strcspn(rest, "/?");
    const char *end = rest + len;
    const char *host = url_login(rest, len, ret);
    if (host == NULL) {
        return url_bad(err, "user or password is too long, or not percent-encoded");
    }
    if (!url_host(host, (size_t)(end - host), ret)) {
        return url_bad(err, "host or port cannot be read");
    }
    if (end[0] == '/' && end[1] != '\0' &&
        !url_number(end + 1, strlen(end + 1), REDIS_DB_MOST, &ret->db)) {
        return url_bad(err, "what is behind the host is not a database's number");
    }
    return end[0] == '?' ? url_bad(err, "it has no options") : STATUS_OK;
}
