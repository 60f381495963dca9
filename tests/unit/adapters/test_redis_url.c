#include "adapters/redis_url.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *url, *host, *path, *user, *password;
    int port, db;
} good[] = {
    {"redis://h", "h", "", "", "", 6379, 0},
    {"redis://h:7000/3", "h", "", "", "", 7000, 3},
    {"redis://h/", "h", "", "", "", 6379, 0},
    {"redis://:p%40ss@h:1", "h", "", "", "p@ss", 1, 0},
    {"redis://me:a:b@h", "h", "", "me", "a:b", 6379, 0},
    {"redis://me:x%2Fy@[::1]:7000/2", "::1", "", "me", "x/y", 7000, 2},
    {"unix:///run/redis.sock", "", "/run/redis.sock", "", "", 6379, 0},
    {"unix://me:s@/run/r?db=4", "", "/run/r", "me", "s", 6379, 4},
};

Test(redis_url, takes_what_it_should)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        RedisUrl url;
        Error err;
        cr_assert_eq(redis_url_parse(good[i].url, &url, &err), STATUS_OK, "%s: %s", good[i].url,
                     err.text);
        cr_assert_str_eq(url.host, good[i].host);
        cr_assert_str_eq(url.path, good[i].path);
        cr_assert_str_eq(url.user, good[i].user);
        cr_assert_str_eq(url.password, good[i].password);
        cr_assert_eq(url.port, good[i].port, "%s", good[i].url);
        cr_assert_eq(url.db, good[i].db, "%s", good[i].url);
    }
}

Test(redis_url, refuses_the_rest_and_keeps_the_secret)
{
    static const char *const bad[] = {"",
                                      "http://h",
                                      "redis://",
                                      "redis://h:x",
                                      "redis://h:70000",
                                      "redis://h/x",
                                      "redis://h?a=b",
                                      "redis://[::1",
                                      "redis://u:hunter2%zz@h",
                                      "redis://u:hunter2%0@h",
                                      "unix://",
                                      "unix://run/r?db=x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        RedisUrl url;
        Error err;
        cr_assert_eq(redis_url_parse(bad[i], &url, &err), STATUS_FATAL, "%s", bad[i]);
        cr_assert_null(strstr(err.text, "hunter2"));
    }
}
