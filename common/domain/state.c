#include "domain/state.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by code. Zones by tzdata's zone1970.tab and 49 CFR 71 for the United States; where part of
 * a state keeps another zone all are named, since both must be open before a lead there is called.
 * Arizona names Denver for the Navajo Nation. Military addresses (AA, AE, AP) are anywhere. */
static const State states[] = {
    {"AA", "US", "Armed Forces Americas", ""},
    {"AB", "CA", "Alberta", "America/Edmonton"},
    {"AE", "US", "Armed Forces Europe", ""},
    {"AK", "US", "Alaska",
     "America/Adak,America/Anchorage,America/Juneau,America/Metlakatla,America/Nome,America/Sitka,"
     "America/Yakutat"},
    {"AL", "US", "Alabama", "America/Chicago"},
    {"AP", "US", "Armed Forces Pacific", ""},
    {"AR", "US", "Arkansas", "America/Chicago"},
    {"AS", "US", "American Samoa", "Pacific/Pago_Pago"},
    {"AZ", "US", "Arizona", "America/Denver,America/Phoenix"},
    {"BC", "CA", "British Columbia",
     "America/Creston,America/Dawson_Creek,America/Edmonton,America/Fort_Nelson,America/Vancouver"},
    {"CA", "US", "California", "America/Los_Angeles"},
    {"CO", "US", "Colorado", "America/Denver"},
    {"CT", "US", "Connecticut", "America/New_York"},
    {"DC", "US", "District of Columbia", "America/New_York"},
    {"DE", "US", "Delaware", "America/New_York"},
    {"FL", "US", "Florida", "America/Chicago,America/New_York"},
    {"GA", "US", "Georgia", "America/New_York"},
    {"GU", "US", "Guam", "Pacific/Guam"},
    {"HI", "US", "Hawaii", "Pacific/Honolulu"},
    {"IA", "US", "Iowa", "America/Chicago"},
    {"ID", "US", "Idaho", "America/Boise,America/Los_Angeles"},
    {"IL", "US", "Illinois", "America/Chicago"},
    {"IN", "US", "Indiana",
     "America/Chicago,America/Indiana/Indianapolis,America/Indiana/Knox,America/Indiana/Marengo,"
     "America/Indiana/Petersburg,America/Indiana/Tell_City,America/Indiana/Vevay,"
     "America/Indiana/Vincennes,America/Indiana/Winamac,America/New_York"},
    {"KS", "US", "Kansas", "America/Chicago,America/Denver"},
    {"KY", "US", "Kentucky",
     "America/Chicago,America/Kentucky/Louisville,America/Kentucky/Monticello,America/New_York"},
    {"LA", "US", "Louisiana", "America/Chicago"},
    {"MA", "US", "Massachusetts", "America/New_York"},
    {"MB", "CA", "Manitoba", "America/Winnipeg"},
    {"MD", "US", "Maryland", "America/New_York"},
    {"ME", "US", "Maine", "America/New_York"},
    {"MI", "US", "Michigan", "America/Detroit,America/Menominee"},
    {"MN", "US", "Minnesota", "America/Chicago"},
    {"MO", "US", "Missouri", "America/Chicago"},
    {"MP", "US", "Northern Mariana Islands", "Pacific/Saipan"},
    {"MS", "US", "Mississippi", "America/Chicago"},
    {"MT", "US", "Montana", "America/Denver"},
    {"NB", "CA", "New Brunswick", "America/Moncton"},
    {"NC", "US", "North Carolina", "America/New_York"},
    {"ND", "US", "North Dakota",
     "America/Chicago,America/Denver,America/North_Dakota/Beulah,America/North_Dakota/Center,"
     "America/North_Dakota/New_Salem"},
    {"NE", "US", "Nebraska", "America/Chicago,America/Denver"},
    {"NH", "US", "New Hampshire", "America/New_York"},
    {"NJ", "US", "New Jersey", "America/New_York"},
    {"NL", "CA", "Newfoundland and Labrador", "America/Goose_Bay,America/St_Johns"},
    {"NM", "US", "New Mexico", "America/Denver"},
    {"NS", "CA", "Nova Scotia", "America/Glace_Bay,America/Halifax"},
    {"NT", "CA", "Northwest Territories", "America/Edmonton,America/Inuvik"},
    {"NU", "CA", "Nunavut",
     "America/Atikokan,America/Cambridge_Bay,America/Iqaluit,America/Rankin_Inlet,America/"
     "Resolute"},
    {"NV", "US", "Nevada", "America/Boise,America/Denver,America/Los_Angeles"},
    {"NY", "US", "New York", "America/New_York"},
    {"OH", "US", "Ohio", "America/New_York"},
    {"OK", "US", "Oklahoma", "America/Chicago"},
    {"ON", "CA", "Ontario", "America/Atikokan,America/Toronto,America/Winnipeg"},
    {"OR", "US", "Oregon", "America/Boise,America/Los_Angeles"},
    {"PA", "US", "Pennsylvania", "America/New_York"},
    {"PE", "CA", "Prince Edward Island", "America/Halifax"},
    {"PR", "US", "Puerto Rico", "America/Puerto_Rico"},
    {"QC", "CA", "Quebec", "America/Blanc-Sablon,America/Halifax,America/Toronto"},
    {"RI", "US", "Rhode Island", "America/New_York"},
    {"SC", "US", "South Carolina", "America/New_York"},
    {"SD", "US", "South Dakota", "America/Chicago,America/Denver"},
    {"SK", "CA", "Saskatchewan", "America/Edmonton,America/Regina,America/Swift_Current"},
    {"TN", "US", "Tennessee", "America/Chicago,America/New_York"},
    {"TX", "US", "Texas", "America/Chicago,America/Denver"},
    {"UT", "US", "Utah", "America/Denver"},
    {"VA", "US", "Virginia", "America/New_York"},
    {"VI", "US", "Virgin Islands", "America/St_Thomas"},
    {"VT", "US", "Vermont", "America/New_York"},
    {"WA", "US", "Washington", "America/Los_Angeles"},
    {"WI", "US", "Wisconsin", "America/Chicago"},
    {"WV", "US", "West Virginia", "America/New_York"},
    {"WY", "US", "Wyoming", "America/Denver"},
    {"YT", "CA", "Yukon", "America/Dawson,America/Whitehorse"},
};
#define STATE_COUNT (sizeof states / sizeof states[0])

/* Abbreviations from before the postal codes, and other names. */
static const struct {
    const char *text;
    const char *code;
} aliases[] = {
    {"Ala", "AL"},
    {"Alta", "AB"},
    {"Ariz", "AZ"},
    {"Ark", "AR"},
    {"Calif", "CA"},
    {"Cal", "CA"},
    {"Colo", "CO"},
    {"Conn", "CT"},
    {"Del", "DE"},
    {"Fla", "FL"},
    {"Ill", "IL"},
    {"Ind", "IN"},
    {"Kan", "KS"},
    {"Kans", "KS"},
    {"Mass", "MA"},
    {"Mich", "MI"},
    {"Minn", "MN"},
    {"Miss", "MS"},
    {"Mont", "MT"},
    {"Neb", "NE"},
    {"Nebr", "NE"},
    {"Nev", "NV"},
    {"Newfoundland", "NL"},
    {"NF", "NL"},
    {"N Mex", "NM"},
    {"Okla", "OK"},
    {"Ont", "ON"},
    {"Ore", "OR"},
    {"Oreg", "OR"},
    {"PEI", "PE"},
    {"Penn", "PA"},
    {"Penna", "PA"},
    {"PQ", "QC"},
    {"Que", "QC"},
    {"Qu\xC3\xA9"
     "bec",
     "QC"},
    {"Sask", "SK"},
    {"Tenn", "TN"},
    {"Tex", "TX"},
    {"US Virgin Islands", "VI"},
    {"Wash", "WA"},
    {"Washington DC", "DC"},
    {"Wis", "WI"},
    {"Wisc", "WI"},
    {"W Va", "WV"},
    {"Wyo", "WY"},
    {"Yukon Territory", "YT"},
    {"D of C", "DC"},
};

static int compare_code(const void *code, const void *state)
{
    return memcmp(code, ((const State *)state)->code, 2);
}

static const State *by_code(const char *code)
{
    char upper[2] = {(char)(code[0] & ~0x20), (char)(code[1] & ~0x20)};
    return bsearch(upper, states, STATE_COUNT, sizeof states[0], compare_code);
}

static const State *by_name(TextSlice squeezed)
{
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (text_squeezed_is(squeezed, states[i].name)) {
            return &states[i];
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (text_squeezed_is(squeezed, aliases[i].text)) {
            return by_code(aliases[i].code);
        }
    }
    return NULL;
}

const State *state_find(TextSlice text)
{
    char buf[32];
    const State *state = text.len == 2 ? by_code(text.data) : NULL;
    TextSlice squeezed = state == NULL ? text_squeeze(text, buf, sizeof buf) : text;
    if (state == NULL && squeezed.len == 2) {
        state = by_code(squeezed.data);
    }
    return state != NULL || squeezed.len == 0 ? state : by_name(squeezed);
}
