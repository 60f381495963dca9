/* nanp_bitmap.cc - writes the tables of nanp_tables.h from libphonenumber, at build time.
 *
 * Validity of a North American number hangs on area code and exchange alone, but for a few
 * exchanges of small countries that are split at the next digit. An area code whose 800 exchanges
 * all answer alike is taken at its word; in every other one each exchange is asked at both ends of
 * its ten thousands, and where those disagree the exchange goes to the list of those to ask about
 * at run time. The unit test of phone.h compares the outcome with the library over random numbers.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <phonenumbers/phonenumberutil.h>

namespace
{
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr int first_code = 200;
constexpr int codes = 800;

PhoneNumber number_of(int area, int exchange, int line)
{
    PhoneNumber number;
    number.set_country_code(1);
    number.set_national_number(static_cast<uint64_t>(area) * 10000000 +
                               static_cast<uint64_t>(exchange) * 10000 +
                               static_cast<uint64_t>(line));
    return number;
}

bool is_valid(int area, int exchange, int line)
{
    return PhoneNumberUtil::GetInstance()->IsValidNumber(number_of(area, exchange, line));
}

int valid_lines(int area, int exchange)
{
    int valid = 0;
    for (int thousand = 0; thousand < 10; thousand++) {
        valid += is_valid(area, exchange, thousand * 1000);
        valid += is_valid(area, exchange, thousand * 1000 + 999);
    }
    return valid;
}

struct Tables {
    std::vector<uint8_t> bits = std::vector<uint8_t>(codes * codes / 8);
    std::vector<int> ask;
    std::vector<std::string> regions = std::vector<std::string>(codes);
};

std::string region_of(int area, int exchange)
{
    std::string region;
    PhoneNumberUtil::GetInstance()->GetRegionCodeForNumber(number_of(area, exchange, 1234),
                                                           &region);
    return region;
}

void set_exchange(Tables &tables, int area, int exchange, bool valid)
{
    size_t at = static_cast<size_t>(area - first_code) * codes + (exchange - first_code);
    if (valid) {
        tables.bits[at / 8] |= static_cast<uint8_t>(1U << (at % 8));
    }
}

/* One area code belongs to one region: nothing else would fit the table. */
void set_region(Tables &tables, int area, const std::string &region)
{
    std::string &known = tables.regions[area - first_code];
    if (!known.empty() && known != region) {
        fprintf(stderr, "area code %d is in %s and %s\n", area, known.c_str(), region.c_str());
        exit(1);
    }
    known = region;
}

void add_area(Tables &tables, int area)
{
    std::vector<bool> valid(codes);
    int valid_count = 0;
    for (int i = 0; i < codes; i++) {
        valid[i] = is_valid(area, first_code + i, 1234);
        valid_count += valid[i];
    }
    for (int i = 0; i < codes; i++) {
        int exchange = first_code + i;
        int lines =
            valid_count == 0 || valid_count == codes ? valid[i] * 20 : valid_lines(area, exchange);
        set_exchange(tables, area, exchange, lines == 20);
        if (lines > 0 && lines < 20) {
            tables.ask.push_back(area * 1000 + exchange);
        }
        if (valid[i]) {
            set_region(tables, area, region_of(area, exchange));
        }
    }
}

void write_tables(const Tables &tables, FILE *out)
{
    fputs("/* Made by common/domain/gen/nanp_bitmap.cc at build time. */\n"
          "#include \"domain/nanp_tables.h\"\n\n"
          "const uint8_t nanp_valid_bits[NANP_CODES * NANP_CODES / 8] = {",
          out);
    for (size_t i = 0; i < tables.bits.size(); i++) {
        fprintf(out, "%s%u,", i % 20 == 0 ? "\n    " : " ", tables.bits[i]);
    }
    fputs("\n};\n\nconst uint32_t nanp_ask[] = {\n", out);
    for (int exchange : tables.ask) {
        fprintf(out, "    %d,\n", exchange);
    }
    fprintf(out, "    0,\n};\nconst size_t nanp_ask_count = %zu;\n\n", tables.ask.size());
    fputs("const char nanp_regions[NANP_CODES][3] = {\n", out);
    for (const std::string &region : tables.regions) {
        fprintf(out, "    \"%s\",\n", region.c_str());
    }
    fputs("};\n", out);
}
} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s OUTPUT.c\n", argv[0]);
        return 2;
    }
    Tables tables;
    for (int i = 0; i < codes; i++) {
        add_area(tables, first_code + i);
    }
    FILE *out = fopen(argv[1], "w");
    if (out == nullptr) {
        perror(argv[1]);
        return 1;
    }
    write_tables(tables, out);
    return fclose(out) == 0 ? 0 : 1;
}
