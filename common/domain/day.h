/* day.h - days of the calendar by number: days since 1970-01-01, in the proleptic Gregorian
 * calendar. Layer: domain; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Civil {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
} Civil;

int32_t day_of_civil(int year, int month, int day);
Civil day_civil(int32_t day);

/* 0 is Monday. */
int day_weekday(int32_t day);

int day_month_length(int year, int month);

/* Western Easter Sunday. */
int32_t day_easter(int year);

/* "2026-11-24", a day that there is; false when it is none. */
bool day_parse(const char *text, int32_t *ret);

/* The quotient rounded down, also of what is below zero; divisor > 0. */
static inline int64_t day_floor_div(int64_t value, int64_t divisor)
{
    return value / divisor - (value % divisor < 0);
}
