#include "domain/phone_shim.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <phonenumbers/phonenumberutil.h>

namespace
{
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

PhoneResult of_parse(PhoneNumberUtil::ErrorType error)
{
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
        return PHONE_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return PHONE_INVALID_COUNTRY;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
        return PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG_NSN:
        return PHONE_TOO_LONG;
    default:
        return PHONE_NOT_A_NUMBER;
    }
}

PhoneResult of_length(PhoneNumberUtil::ValidationResult length, bool nanp)
{
    switch (length) {
    case PhoneNumberUtil::IS_POSSIBLE:
        return PHONE_OK;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        return nanp ? PHONE_SEVEN_DIGITS : PHONE_TOO_SHORT;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
        return PHONE_INVALID_COUNTRY;
    case PhoneNumberUtil::TOO_LONG:
        return PHONE_TOO_LONG;
    default:
        return PHONE_TOO_SHORT;
    }
}

template <size_t size> void copy(char (&target)[size], const std::string &text)
{
    snprintf(target, size, "%s", text.c_str());
}

/* The metadata has longer ones, German numbers of 15 digits behind the country code among them. */
PhoneResult describe(const PhoneNumberUtil &util, const PhoneNumber &number, PhoneShimNumber *ret)
{
    std::string text;
    util.Format(number, PhoneNumberUtil::E164, &text);
    if (text.size() > 1 + PHONE_DIGITS_MAX) {
        return PHONE_TOO_LONG;
    }
    ret->e164 = strtoull(text.c_str() + 1, nullptr, 10); /* behind the + */
    ret->country_code = static_cast<uint16_t>(number.country_code());
    ret->valid = util.IsValidNumber(number);
    text.clear();
    util.GetNationalSignificantNumber(number, &text);
    copy(ret->national, text);
    text.clear();
    util.GetRegionCodeForNumber(number, &text);
    copy(ret->region, text.size() == 2 && text != "ZZ" ? text : "");
    copy(ret->extension, number.extension());
    return PHONE_OK;
}

PhoneResult parse(const std::string &text, const std::string &country, PhoneShimNumber *ret)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    PhoneResult result = of_parse(util.Parse(text, country.empty() ? "ZZ" : country, &number));
    if (result != PHONE_OK) {
        return result;
    }
    result = of_length(util.IsPossibleNumberWithReason(number), number.country_code() == 1);
    return result == PHONE_OK ? describe(util, number, ret) : result;
}
} // namespace

extern "C" PhoneResult
phone_shim_parse(const char *text, size_t len, const char *country, PhoneShimNumber *ret)
{
    try {
        return parse(std::string(text, len), country, ret);
    } catch (const std::exception &) {
        return PHONE_NOT_A_NUMBER;
    }
}

extern "C" bool phone_shim_knows_country(const char *country)
{
    try {
        return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(country) != 0;
    } catch (const std::exception &) {
        return false;
    }
}
