#include "importer/mapping_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Folded words (mapping_words_fold) of each field, the best first. */
static const char *const phone_words[] = {"phone",
                                          "phonenumber",
                                          "phoneno",
                                          "phonenum",
                                          "primaryphone",
                                          "mainphone",
                                          "e164",
                                          "telephone",
                                          "telephonenumber",
                                          "telephoneno",
                                          "tel",
                                          "telno",
                                          "telnumber",
                                          "cell",
                                          "cellphone",
                                          "cellphonenumber",
                                          "cellnumber",
                                          "cellular",
                                          "phonecell",
                                          "mobile",
                                          "mobilephone",
                                          "mobilephonenumber",
                                          "mobilenumber",
                                          "mobileno",
                                          "phonemobile",
                                          "phonehome",
                                          "dayphone",
                                          "daytimephone",
                                          "eveningphone",
                                          "contactnumber",
                                          "contactno",
                                          "dialnumber",
                                          "msisdn",
                                          "landline",
                                          "phonework",
                                          "businessnumber",
                                          "telefon",
                                          "telefono",
                                          "tel\xC3\xA9"
                                          "fono",
                                          "t\xC3\xA9l\xC3\xA9phone",
                                          "handy",
                                          "rufnummer",
                                          "telefonnummer",
                                          "portable",
                                          "celular",
                                          "movil",
                                          "m\xC3\xB3vil",
                                          "telefone",
                                          "phonealt",
                                          NULL};
static const char *const extension_words[] = {"extension", "ext",  "phoneextension",
                                              "phoneext",  "extn", NULL};
static const char *const first_name_words[] = {
    "firstname", "fname",  "first",         "givenname", "givennames", "forename", "namefirst",
    "vorname",   "prenom", "pr\xC3\xA9nom", "nombre",    "nome",       NULL};
static const char *const last_name_words[] = {
    "lastname",     "lname", "last",     "surname",   "familyname", "namelast", "nachname",
    "nomdefamille", "nom",   "apellido", "apellidos", "sobrenome",  NULL};
static const char *const email_words[] = {
    "email",       "emailaddress", "emailaddr",         "emailid",  "mail",
    "mailaddress", "correo",       "correoelectronico", "courriel", NULL};
static const char *const address_words[] = {"address",
                                            "address1",
                                            "addressline1",
                                            "addressline",
                                            "streetaddress",
                                            "streetaddress1",
                                            "street",
                                            "street1",
                                            "addr",
                                            "addr1",
                                            "add1",
                                            "adresse",
                                            "strasse",
                                            "stra\xC3\x9F"
                                            "e",
                                            "direccion",
                                            "direcci\xC3\xB3n",
                                            "endereco",
                                            NULL};
static const char *const city_words[] = {
    "city", "town",  "cityname", "citytown", "municipality", "locality", "suburb",
    "ort",  "stadt", "ville",    "ciudad",   "cidade",       NULL};
static const char *const state_words[] = {"state",
                                          "stateprovince",
                                          "stateorprovince",
                                          "provincestate",
                                          "province",
                                          "statecode",
                                          "stateabbr",
                                          "stateabbreviation",
                                          "statename",
                                          "stateregion",
                                          "prov",
                                          "bundesland",
                                          "estado",
                                          "provincia",
                                          "st",
                                          NULL};
static const char *const zip_words[] = {
    "zip",        "zipcode",      "postalcode", "postcode", "zippostalcode", "zippostal",
    "postalzip",  "zipcode5",     "zip5",       "postal",   "plz",           "postleitzahl",
    "codepostal", "codigopostal", "cep",        NULL};
static const char *const country_words[] = {"country",       "countrycode", "countryname",
                                            "countryregion", "nation",      "pays",
                                            "pais",          "pa\xC3\xADs", NULL};
static const char *const time_zone_words[] = {
    "timezone", "tz", "timezonename", "timezoneid", "ianatimezone", "olsontimezone",
    "zeitzone", NULL};
static const char *const priority_words[] = {"priority", "prio", "rank", NULL};
static const char *const external_id_words[] = {
    "externalid", "extid",     "leadid",    "vendorleadcode", "leadcode",
    "vendorid",   "crmid",     "crmleadid", "crmcontactid",   "salesforceid",
    "sfid",       "hubspotid", "contactid", "customerid",     "clientid",
    "memberid",   "recordid",  "personid",  "referenceid",    "refid",
    "leadref",    "uniqueid",  "uuid",      "guid",           "uid",
    "id",         NULL};

static const char *const *const words_of[MAPPING_FIELD_COUNT] = {
    [MAPPING_FIELD_PHONE] = phone_words,
    [MAPPING_FIELD_EXTENSION] = extension_words,
    [MAPPING_FIELD_FIRST_NAME] = first_name_words,
    [MAPPING_FIELD_LAST_NAME] = last_name_words,
    [MAPPING_FIELD_EMAIL] = email_words,
    [MAPPING_FIELD_ADDRESS] = address_words,
    [MAPPING_FIELD_CITY] = city_words,
    [MAPPING_FIELD_STATE] = state_words,
    [MAPPING_FIELD_ZIP] = zip_words,
    [MAPPING_FIELD_COUNTRY] = country_words,
    [MAPPING_FIELD_TIME_ZONE] = time_zone_words,
    [MAPPING_FIELD_PRIORITY] = priority_words,
    [MAPPING_FIELD_EXTERNAL_ID] = external_id_words,
};

/* What may stand before a word without changing its sense, and how much worse it then fits. */
static const struct {
    const char *prefix;
    unsigned penalty;
} prefixes[] = {
    {"primary", 100},     {"main", 100},        {"contact", 110},   {"customer", 110},
    {"client", 110},      {"lead", 110},        {"person", 110},    {"consumer", 110},
    {"member", 110},      {"owner", 110},       {"borrower", 110},  {"patient", 110},
    {"user", 110},        {"your", 110},        {"current", 110},   {"home", 120},
    {"personal", 120},    {"residential", 120}, {"mailing", 130},   {"property", 130},
    {"billing", 140},     {"shipping", 150},    {"physical", 150},  {"work", 160},
    {"business", 160},    {"office", 160},      {"company", 170},   {"alternate", 300},
    {"alternative", 300}, {"alt", 300},         {"secondary", 300}, {"second", 300},
    {"other", 300},
};

enum {
    FOLDED_SIZE = 96, /* longer headers are sentences, not words */
    RANK_FIRST_OF_MANY = 50,
    RANK_LATER_OF_MANY = 200,
    PREFIXES_MAX = 2,
};

void mapping_words_fold(const char *bytes, size_t len, char *ret_folded, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < len && used + 1 < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool is_upper = c >= 'A' && c <= 'Z';
        bool is_word = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (is_word) {
            ret_folded[used++] = (char)(is_upper ? c + ('a' - 'A') : c);
        }
    }
    ret_folded[used] = '\0';
}

static MappingField field_of_word(const char *word, unsigned *ret_rank)
{
    for (int field = MAPPING_FIELD_NONE + 1; field < MAPPING_FIELD_COUNT; field++) {
        const char *const *words = words_of[field];
        for (unsigned i = 0; words != NULL && words[i] != NULL; i++) {
            if (strcmp(words[i], word) == 0) {
                *ret_rank = i;
                return (MappingField)field;
            }
        }
    }
    return MAPPING_FIELD_NONE;
}

/* "phone1", "email2". A second phone stands in for a missing first; address2 and zip4 are other
 * things than address and zip. */
static MappingField field_of_numbered(const char *word, unsigned *ret_rank)
{
    size_t base = strcspn(word, "0123456789");
    size_t digits = strspn(word + base, "0123456789");
    if (base == 0 || digits == 0 || digits > 2 || word[base + digits] != '\0') {
        return MAPPING_FIELD_NONE;
    }
    char stem[FOLDED_SIZE];
    memcpy(stem, word, base);
    stem[base] = '\0';
    MappingField field = field_of_word(stem, ret_rank);
    int number = atoi(word + base);
    bool is_many = field == MAPPING_FIELD_PHONE || field == MAPPING_FIELD_EMAIL;
    if (field == MAPPING_FIELD_NONE || (number != 1 && !is_many)) {
        return MAPPING_FIELD_NONE;
    }
    *ret_rank += number == 1 ? RANK_FIRST_OF_MANY : RANK_LATER_OF_MANY + (unsigned)number;
    return field;
}

static MappingField field_of_phrase(const char *word, int prefixes_left, unsigned *ret_rank)
{
    MappingField field = field_of_word(word, ret_rank);
    if (field == MAPPING_FIELD_NONE) {
        field = field_of_numbered(word, ret_rank);
    }
    size_t count = prefixes_left > 0 ? sizeof prefixes / sizeof prefixes[0] : 0;
    for (size_t i = 0; i < count && field == MAPPING_FIELD_NONE; i++) {
        size_t len = strlen(prefixes[i].prefix);
        if (strncmp(word, prefixes[i].prefix, len) == 0) {
            field = field_of_phrase(word + len, prefixes_left - 1, ret_rank);
            *ret_rank += prefixes[i].penalty;
            /* An owner's, user's or company's id is shared by many leads. */
            field = field == MAPPING_FIELD_EXTERNAL_ID ? MAPPING_FIELD_NONE : field;
        }
    }
    return field;
}

MappingField mapping_words_field(const char *bytes, size_t len, unsigned *ret_rank)
{
    char folded[FOLDED_SIZE];
    mapping_words_fold(bytes, len, folded, sizeof folded);
    *ret_rank = 0;
    return field_of_phrase(folded, PREFIXES_MAX, ret_rank);
}

size_t mapping_words_count(const TextSlice *cells, size_t count)
{
    size_t known = 0;
    unsigned rank;
    for (size_t i = 0; i < count; i++) {
        known += mapping_words_field(cells[i].data, cells[i].len, &rank) != MAPPING_FIELD_NONE;
    }
    return known;
}
