// Times as text: strftime, strptime and ISO 8601.
#include <algorithm>
#include <cctype>
#include <cstdio>

#include "core/jinja/guard.h"
#include "core/project/calendar.h"

namespace mesh::core::project {

namespace {

constexpr const char *months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr const char *weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

std::string padded(std::int64_t value, int width, char fill = '0') {
    std::string text = std::to_string(value);
    return static_cast<int>(text.size()) < width ? std::string(static_cast<std::size_t>(width) - text.size(), fill) + text : text;
}

int weekday(const Civil &c) {
    return static_cast<int>(((days_from_civil(c.year, c.month, c.day) + 4) % 7 + 7) % 7);
}

int day_of_year(const Civil &c) {
    return static_cast<int>(days_from_civil(c.year, c.month, c.day) - days_from_civil(c.year, 1, 1)) + 1;
}

// ISO week and its year.
std::pair<std::int64_t, int> iso_week(const Civil &c) {
    const int from_monday = (weekday(c) + 6) % 7;
    const Civil thursday = civil_from_micros((days_from_civil(c.year, c.month, c.day) - from_monday + 3) * day_us);
    return {thursday.year, (day_of_year(thursday) - 1) / 7 + 1};
}

std::string directive(char which, const Civil &c, const std::optional<std::int64_t> &offset, const std::string &zone) {
    const int hour = c.hour % 12 == 0 ? 12 : c.hour % 12;
    switch (which) {
        case 'Y': return std::to_string(c.year);
        case 'y': return padded(c.year % 100, 2);
        case 'C': return padded(c.year / 100, 2);
        case 'm': return padded(c.month, 2);
        case 'd': return padded(c.day, 2);
        case 'e': return padded(c.day, 2, ' ');
        case 'H': return padded(c.hour, 2);
        case 'k': return padded(c.hour, 2, ' ');
        case 'I': return padded(hour, 2);
        case 'l': return padded(hour, 2, ' ');
        case 'M': return padded(c.minute, 2);
        case 'S': return padded(c.second, 2);
        case 'f': return padded(c.micro, 6);
        case 'j': return padded(day_of_year(c), 3);
        case 'B': return months[c.month - 1];
        case 'b':
        case 'h': return std::string(months[c.month - 1]).substr(0, 3);
        case 'A': return weekdays[weekday(c)];
        case 'a': return std::string(weekdays[weekday(c)]).substr(0, 3);
        case 'p': return c.hour < 12 ? "AM" : "PM";
        case 'w': return std::to_string(weekday(c));
        case 'u': return std::to_string((weekday(c) + 6) % 7 + 1);
        case 'U': return padded((day_of_year(c) + 6 - weekday(c)) / 7, 2);
        case 'W': return padded((day_of_year(c) + 6 - (weekday(c) + 6) % 7) / 7, 2);
        case 'V': return padded(iso_week(c).second, 2);
        case 'G': return std::to_string(iso_week(c).first);
        case 'z': return offset ? offset_text(*offset, false) : "";
        case 'Z': return zone;
        case 's': return std::to_string((micros_from_civil(c) - offset.value_or(0)) / second_us);
        case 'D': return format_time("%m/%d/%y", c, offset, zone);
        case 'F': return format_time("%Y-%m-%d", c, offset, zone);
        case 'T':
        case 'X': return format_time("%H:%M:%S", c, offset, zone);
        case 'R': return format_time("%H:%M", c, offset, zone);
        case 'x': return format_time("%m/%d/%y", c, offset, zone);
        case 'c': return format_time("%a %b %e %H:%M:%S %Y", c, offset, zone);
        case 'n': return "\n";
        case 't': return "\t";
        case '%': return "%";
        default: return std::string("%") + which;
    }
}

// Reads a text from the left.
class TimeReader {
public:
    explicit TimeReader(const std::string &text) : text_(text) {}

    bool number(std::size_t most, std::int64_t &value) {
        std::size_t count = 0;
        value = 0;
        while (count < most && at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) value = value * 10 + (text_[at_++] - '0'), ++count;
        return count > 0;
    }
    bool field(std::size_t most, int &value) {
        std::int64_t wide = 0;
        if (!number(most, wide)) return false;
        value = static_cast<int>(wide);
        return true;
    }
    bool word(const char *const *names, int count, int &index) {
        for (int full = 1; full >= 0; --full)
            for (int i = 0; i < count; ++i) {
                const std::string name = full ? names[i] : std::string(names[i]).substr(0, 3);
                if (!same(name)) continue;
                at_ += name.size();
                index = i;
                return true;
            }
        return false;
    }
    bool fraction(int &micro) {
        const std::size_t start = at_;
        std::int64_t value = 0;
        if (!number(6, value)) return false;
        for (std::size_t i = at_ - start; i < 6; ++i) value *= 10;
        micro = static_cast<int>(value);
        while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) && at_ - start < 9) ++at_;
        return true;
    }
    bool offset(std::optional<std::int64_t> &out) {
        if (take('Z') || take('z')) return out = 0, true;
        const bool minus = at_ < text_.size() && text_[at_] == '-';
        if (!take('+') && !take('-')) return false;
        int hours = 0, minutes = 0, seconds = 0;
        if (!field(2, hours)) return false;
        const bool colon = take(':');
        if (field(2, minutes) && (!colon || take(':'))) field(2, seconds);
        out = (hours * hour_us + minutes * minute_us + seconds * second_us) * (minus ? -1 : 1);
        return true;
    }
    bool take(char c) { return at_ < text_.size() && text_[at_] == c && (++at_, true); }
    void blanks() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    }
    bool done() const { return at_ == text_.size(); }
    bool letters() {
        const std::size_t start = at_;
        while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) ++at_;
        return at_ > start;
    }

private:
    bool same(const std::string &name) const {
        for (std::size_t i = 0; i < name.size(); ++i)
            if (at_ + i >= text_.size() || std::tolower(static_cast<unsigned char>(text_[at_ + i])) != std::tolower(static_cast<unsigned char>(name[i]))) return false;
        return true;
    }

    const std::string &text_;
    std::size_t at_ = 0;
};

struct Halves {
    int half = -1;  // 0: AM, 1: PM
    int day_of_year = 0;
};

bool read_directive(char which, TimeReader &reader, ParsedTime &out, Halves &halves) {
    Civil &c = out.civil;
    int ignored = 0;
    static constexpr const char *noon[] = {"AM ", "PM "};
    switch (which) {
        case 'Y': return reader.number(4, c.year);
        case 'y':
            if (!reader.number(2, c.year)) return false;
            c.year += c.year < 69 ? 2000 : 1900;
            return true;
        case 'm': return reader.field(2, c.month);
        case 'd':
        case 'e': return reader.field(2, c.day);
        case 'H':
        case 'I': return reader.field(2, c.hour);
        case 'M': return reader.field(2, c.minute);
        case 'S': return reader.field(2, c.second);
        case 'f': return reader.fraction(c.micro);
        case 'j': return reader.field(3, halves.day_of_year);
        case 'B':
        case 'b': return reader.word(months, 12, c.month) && (++c.month, true);
        case 'A':
        case 'a': return reader.word(weekdays, 7, ignored);
        case 'z': return reader.offset(out.offset_us);
        case 'Z': return reader.letters();
        case '%': return reader.take('%');
        case 'p':
            for (int i = 0; i < 2; ++i)
                if (reader.take(noon[i][0]) || reader.take(static_cast<char>(std::tolower(noon[i][0])))) return halves.half = i, reader.take('M') || reader.take('m');
            return false;
        default: return false;
    }
}

}  // namespace

std::string offset_text(std::int64_t offset_us, bool colon) {
    const std::int64_t size = offset_us < 0 ? -offset_us : offset_us;
    std::string text = (offset_us < 0 ? "-" : "+") + padded(size / hour_us, 2) + (colon ? ":" : "") + padded(size / minute_us % 60, 2);
    if (size % minute_us) text += (colon ? ":" : "") + padded(size / second_us % 60, 2);
    return text;
}

std::string format_time(const std::string &format, const Civil &civil, const std::optional<std::int64_t> &offset_us, const std::string &zone_name) {
    std::string out;
    for (std::size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%' || at + 1 >= format.size()) {
            out += format[at];
            continue;
        }
        const bool bare = format[++at] == '-' && at + 1 < format.size();  // glibc: no padding
        std::string part = directive(bare ? format[++at] : format[at], civil, offset_us, zone_name);
        if (bare) part.erase(0, std::min(part.find_first_not_of("0 "), part.size() - 1));
        out += part;
        jinja::Guard::tick();
        jinja::Guard::string_size(out.size());
    }
    return out;
}

std::optional<ParsedTime> parse_time(const std::string &text, const std::string &format) {
    ParsedTime out;
    out.civil.year = 1900;
    Halves halves;
    TimeReader reader(text);
    std::string whole;
    for (std::size_t at = 0; at < format.size(); ++at) {  // what stands for several
        if (format[at] == '%' && at + 1 < format.size() && (format[at + 1] == 'T' || format[at + 1] == 'F' || format[at + 1] == 'D')) {
            ++at;
            whole += format[at] == 'T' ? "%H:%M:%S" : format[at] == 'F' ? "%Y-%m-%d" : "%m/%d/%y";
        } else {
            whole += format[at];
        }
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        if (std::isspace(static_cast<unsigned char>(whole[at]))) reader.blanks();
        else if (whole[at] != '%' || at + 1 >= whole.size() ? !reader.take(whole[at]) : !read_directive(whole[++at], reader, out, halves)) return std::nullopt;
    }
    if (halves.half == 1 && out.civil.hour < 12) out.civil.hour += 12;
    if (halves.half == 0 && out.civil.hour == 12) out.civil.hour = 0;
    if (halves.day_of_year > 0) {
        const Civil day = civil_from_micros((days_from_civil(out.civil.year, 1, 1) + halves.day_of_year - 1) * day_us);
        out.civil.month = day.month;
        out.civil.day = day.day;
    }
    return reader.done() && valid(out.civil) ? std::optional<ParsedTime>(out) : std::nullopt;
}

std::optional<ParsedTime> parse_iso(const std::string &text) {
    ParsedTime out;
    TimeReader reader(text);
    Civil &c = out.civil;
    if (!reader.number(4, c.year)) return std::nullopt;
    const bool dash = reader.take('-');
    if (!reader.field(2, c.month) || (dash && !reader.take('-')) || !reader.field(2, c.day)) return std::nullopt;
    if (!reader.done()) {
        if (!reader.take('T') && !reader.take(' ')) return std::nullopt;
        if (!reader.field(2, c.hour)) return std::nullopt;
        if (reader.take(':') && !reader.field(2, c.minute)) return std::nullopt;
        if (reader.take(':') && !reader.field(2, c.second)) return std::nullopt;
        if ((reader.take('.') || reader.take(',')) && !reader.fraction(c.micro)) return std::nullopt;
        if (!reader.done() && !reader.offset(out.offset_us)) return std::nullopt;
    }
    return reader.done() && valid(c) ? std::optional<ParsedTime>(out) : std::nullopt;
}

}  // namespace mesh::core::project
