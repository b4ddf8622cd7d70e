#include "core/project/csv_cell.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "core/text.h"

namespace mesh::core::project {

namespace {

constexpr const char *kSpace = " \t\n\r\f\v";

// The symbols that agate strips, each from both ends in this order.
constexpr std::array<std::string_view, 19> kCurrencies = {"\u060b", "$", "\u0192", "\u17db", "\u00a5", "\u20a1", "\u20b1", "\u00a3", "\u20ac", "\u00a2",
                                                          "\ufdfc", "\u20aa", "\u20a9", "\u20ad", "\u20ae", "\u20a6", "\u0e3f", "\u20a4", "\u20ab"};

void strip(std::string_view &text, std::string_view symbol) {
    while (!symbol.empty() && text.size() >= symbol.size() && text.substr(0, symbol.size()) == symbol) text.remove_prefix(symbol.size());
    while (!symbol.empty() && text.size() >= symbol.size() && text.substr(text.size() - symbol.size()) == symbol) text.remove_suffix(symbol.size());
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Reads what is left of a text, piece by piece.
struct Scan {
    std::string_view rest;

    bool take(char c) {
        if (rest.empty() || rest[0] != c) return false;
        rest.remove_prefix(1);
        return true;
    }

    std::string digits() {
        size_t n = 0;
        while (n < rest.size() && is_digit(rest[n])) n++;
        std::string out(rest.substr(0, n));
        rest.remove_prefix(n);
        return out;
    }

    // Between `least` and `most` digits as a number; -1: they are not there.
    int number(size_t least, size_t most) {
        size_t n = 0;
        int out = 0;
        while (n < rest.size() && n < most && is_digit(rest[n])) out = out * 10 + (rest[n++] - '0');
        if (n < least) return -1;
        rest.remove_prefix(n);
        return out;
    }

    bool space() {
        size_t n = rest.find_first_not_of(kSpace);
        if (n == 0 || n == std::string_view::npos) return false;
        rest.remove_prefix(n);
        return true;
    }
};

// What Python's Decimal makes of the text.
std::optional<CsvNumber> decimal(std::string_view text) {
    CsvNumber out;
    Scan scan{text};
    if (scan.take('-')) out.sign = "-";
    else (void)scan.take('+');
    std::string word = lowered(std::string(scan.rest));
    if (word == "inf" || word == "infinity") return CsvNumber{out.sign, "", 0, "Infinity"};
    if (word == "nan" || word == "snan") return CsvNumber{"", "", 0, "NaN"};
    std::string whole = scan.digits(), fraction;
    if (scan.take('.')) fraction = scan.digits();
    if (whole.empty() && fraction.empty()) return std::nullopt;
    long exponent = 0;
    if (scan.take('e') || scan.take('E')) {
        bool minus = scan.take('-');
        if (!minus) (void)scan.take('+');
        std::string digits = scan.digits();
        if (digits.empty() || digits.size() > 9) return std::nullopt;
        exponent = minus ? -std::stol(digits) : std::stol(digits);
    }
    if (!scan.rest.empty()) return std::nullopt;
    out.digits = whole + fraction;
    out.exponent = exponent - static_cast<long>(fraction.size());
    size_t first = out.digits.find_first_not_of('0');
    out.digits.erase(0, first == std::string::npos ? out.digits.size() - 1 : first);
    return out;
}

int days_in(int year, int month) {
    static constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

std::optional<std::string> date_text(int year, int month, int day) {
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return std::nullopt;
    char out[40];
    (void)std::snprintf(out, sizeof out, "%04d-%02d-%02d", year, month, day);
    return std::string(out);
}

std::string two(int number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<std::string> take_date(Scan &scan) {
    int year = scan.number(4, 4);
    if (year < 0 || !scan.take('-')) return std::nullopt;
    int month = scan.number(1, 2);
    if (month < 0 || !scan.take('-')) return std::nullopt;
    return date_text(year, month, scan.number(1, 2));
}

// YYYY-MM-DD, YYYYMMDD, YYYY-MM or YYYY.
std::optional<std::string> iso_date(std::string_view text) {
    Scan scan{text};
    int year = scan.number(4, 4), month = 1, day = 1;
    if (year < 0) return std::nullopt;
    bool dashes = scan.take('-');
    if (dashes || !scan.rest.empty()) month = scan.number(2, 2);
    bool more = dashes ? scan.take('-') : !scan.rest.empty();
    if (more) day = scan.number(2, 2);
    if (!scan.rest.empty()) return std::nullopt;
    return date_text(year, month, day);
}

// Z, +HH, +HH:MM or +HHMM; "" for none.
std::optional<std::string> iso_zone(Scan &scan) {
    if (scan.rest.empty()) return "";
    if (scan.take('Z')) return scan.rest.empty() ? std::optional<std::string>("+00:00") : std::nullopt;
    std::string sign = scan.take('-') ? "-" : "+";
    if (sign == "+" && !scan.take('+')) return std::nullopt;
    int hours = scan.number(2, 2), minutes = 0;
    if (scan.take(':') || !scan.rest.empty()) minutes = scan.number(2, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !scan.rest.empty()) return std::nullopt;
    return sign + two(hours) + ":" + two(minutes);
}

// HH:MM:SS.f, HHMMSS.f, HH:MM, HHMM or HH, and a zone.
std::optional<std::string> iso_time(std::string_view text) {
    Scan scan{text};
    int hours = scan.number(2, 2), minutes = 0, seconds = 0;
    std::string fraction;
    if (hours < 0 || hours > 23) return std::nullopt;
    bool colons = scan.take(':');
    if (colons || (!scan.rest.empty() && is_digit(scan.rest[0]))) {
        minutes = scan.number(2, 2);
        if (minutes < 0 || minutes > 59) return std::nullopt;
        if (colons ? scan.take(':') : (!scan.rest.empty() && is_digit(scan.rest[0]))) {
            seconds = scan.number(2, 2);
            if (seconds < 0 || seconds > 59) return std::nullopt;
            if (scan.take('.') || scan.take(',')) fraction = "." + scan.digits().substr(0, 6);
            if (fraction == ".") return std::nullopt;
        }
    }
    std::optional<std::string> zone = iso_zone(scan);
    if (!zone) return std::nullopt;
    return two(hours) + ":" + two(minutes) + ":" + two(seconds) + fraction + *zone;
}

}  // namespace

std::string csv_trim(const std::string &cell) {
    size_t first = cell.find_first_not_of(kSpace);
    return first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(kSpace) - first + 1);
}

bool csv_is_null(const std::string &trimmed) {
    return trimmed.empty() || (trimmed.size() == 4 && lowered(trimmed) == "null");
}

std::optional<CsvNumber> csv_number(const std::string &trimmed) {
    std::string_view text = trimmed;
    strip(text, "%");
    bool minus = !text.empty() && text[0] == '-';
    if (minus) text.remove_prefix(1);
    for (std::string_view symbol : kCurrencies) strip(text, symbol);
    std::string plain;
    for (char c : text)
        if (c != ',' && c != '_') plain += c;
    std::optional<CsvNumber> out = decimal(csv_trim(plain));
    if (out && minus && out->special != "NaN") out->sign = out->sign.empty() ? "-" : "";
    return out;
}

std::optional<std::string> csv_date(const std::string &trimmed) {
    Scan scan{trimmed};
    std::optional<std::string> out = take_date(scan);
    return scan.rest.empty() ? out : std::nullopt;
}

std::optional<std::string> csv_datetime(const std::string &trimmed) {
    Scan scan{trimmed};
    std::optional<std::string> date = take_date(scan);
    if (!date || !scan.space()) return std::nullopt;
    int hours = scan.number(1, 2);
    if (hours < 0 || hours > 23 || !scan.take(':')) return std::nullopt;
    int minutes = scan.number(1, 2);
    if (minutes < 0 || minutes > 59 || !scan.take(':')) return std::nullopt;
    int seconds = scan.number(1, 2);
    if (seconds < 0 || seconds > 59 || !scan.rest.empty()) return std::nullopt;
    return *date + " " + two(hours) + ":" + two(minutes) + ":" + two(seconds);
}

std::optional<std::string> csv_iso_datetime(const std::string &trimmed) {
    size_t middle = trimmed.find('T');
    if (middle == std::string::npos) return std::nullopt;
    std::string_view text = trimmed;
    std::optional<std::string> date = iso_date(text.substr(0, middle)), time = iso_time(text.substr(middle + 1));
    if (!date || !time) return std::nullopt;
    return *date + " " + *time;
}

}  // namespace mesh::core::project
