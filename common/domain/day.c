#include "domain/day.h"

#include <string.h>

/* Years are counted from March, so that the leap day is the last of its year; eras have 400. */
enum { ERA_DAYS = 146097, DAYS_TO_1970 = 719468 };

int32_t day_of_civil(int year, int month, int day)
{
    int64_t from_march = month > 2 ? year : year - 1;
    int64_t era = day_floor_div(from_march, 400);
    int64_t year_of_era = from_march - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * ERA_DAYS + day_of_era - DAYS_TO_1970);
}

Civil day_civil(int32_t day)
{
    int64_t days = (int64_t)day + DAYS_TO_1970;
    int64_t era = day_floor_div(days, ERA_DAYS);
    int64_t of_era = days - era * ERA_DAYS;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (Civil){
        .year = (int)(year_of_era + era * 400) + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5) + 1,
    };
}

int day_weekday(int32_t day)
{
    return (int)((((int64_t)day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

int day_month_length(int year, int month)
{
    int next_year = month == 12 ? year + 1 : year;
    return day_of_civil(next_year, month % 12 + 1, 1) - day_of_civil(year, month, 1);
}

/* The Sunday behind the first full moon of the church on or after March 21. */
int32_t day_easter(int year)
{
    int century = year / 100;
    int solar = century - century / 4;   /* leap days that were left out */
    int lunar = (8 * century + 13) / 25; /* what the moon's cycle drifts */
    int epact = (19 * (year % 19) + solar - lunar + 15) % 30;
    int late = epact == 29 || (epact == 28 && year % 19 > 10);
    int32_t full_moon = day_of_civil(year, 3, 21) + epact - late;
    return full_moon + 7 - (day_weekday(full_moon) + 1) % 7;
}

bool day_parse(const char *text, int32_t *ret)
{
    static const char form[] = "0000-00-00";
    int parts[3] = {0};
    int part = 0;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != '-') {
            return false;
        }
        if (digit) {
            parts[part] = parts[part] * 10 + text[i] - '0';
        } else {
            part++;
        }
    }
    if (text[sizeof form - 1] != '\0' || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
        parts[2] > day_month_length(parts[0], parts[1])) {
        return false;
    }
    *ret = day_of_civil(parts[0], parts[1], parts[2]);
    return true;
}
