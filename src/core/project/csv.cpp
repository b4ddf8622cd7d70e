#include "core/project/csv.h"

#include <algorithm>

#include "core/error.h"
#include "core/project/csv_cell.h"

namespace mesh::core::project {

namespace {

// What a column may still be, in the order in which dbt prefers them.
enum Guess : unsigned { number = 1, date = 2, datetime = 4, iso = 8, boolean = 16, text = 32 };

std::optional<std::string> boolean_value(const std::string &trimmed) {
    std::string word;
    for (char c : trimmed)
        if (c != ',') word += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    return word == "true" || word == "false" ? std::optional(word) : std::nullopt;
}

// One column on the way to its type.
struct Inference {
    static constexpr long kDigits = 28;  // of agate's decimals
    unsigned open = number | date | datetime | iso | boolean | text;
    long whole = 1, decimals = 0;

    void see(const std::string &cell) {
        if (open == text) return;
        std::string trimmed = csv_trim(cell);
        if (csv_is_null(trimmed)) return;
        if (open & number) see_number(csv_number(trimmed));
        if ((open & date) && !csv_date(trimmed)) open &= ~date;
        if ((open & datetime) && !csv_datetime(trimmed)) open &= ~datetime;
        if ((open & iso) && !csv_iso_datetime(trimmed)) open &= ~iso;
        if ((open & boolean) && !boolean_value(trimmed)) open &= ~boolean;
    }

    void see_number(const std::optional<CsvNumber> &found) {
        if (!found) {
            open &= ~number;
            return;
        }
        if (!found->special.empty()) return;
        size_t last = found->digits.find_last_not_of('0');
        if (last == std::string::npos) return;  // zero
        long cut = std::max(0L, static_cast<long>(found->digits.size()) - kDigits);
        long zeros = std::max(cut, static_cast<long>(found->digits.size() - last - 1));
        long places = -(found->exponent + zeros);
        whole = std::max(whole, static_cast<long>(found->digits.size()) - zeros - places);
        decimals = std::max(decimals, places);
    }

    CsvType type() const {
        if (open & number) {
            long places = whole + decimals > kDigits ? kDigits - whole : decimals;
            return places != 0 ? CsvType::float8 : CsvType::integer;
        }
        if (open & date) return CsvType::date;
        if (open & (datetime | iso)) return CsvType::timestamp;
        return open & boolean ? CsvType::boolean : CsvType::text;
    }
};

std::vector<std::string> unique_names(const std::vector<std::string> &cells) {
    std::vector<std::string> out;
    for (size_t i = 0; i < cells.size(); i++) {
        std::string base = cells[i].empty() ? std::string(i / 26 + 1, static_cast<char>('a' + i % 26)) : cells[i], name = base;
        for (int n = 2; std::find(out.begin(), out.end(), name) != out.end(); n++) name = base + "_" + std::to_string(n);
        out.push_back(name);
    }
    return out;
}

// A whole number written out.
std::string whole_text(const CsvNumber &found) {
    if (!found.special.empty()) return found.sign + found.special;
    std::string digits = found.digits;
    if (found.exponent < 0) {
        size_t gone = std::min(digits.size(), static_cast<size_t>(-found.exponent));  // zeros only: the column has no decimals
        digits.erase(digits.size() - gone);
    } else if (digits != "0") {
        digits.append(std::min(found.exponent, 400L), '0');
    }
    return found.sign + (digits.empty() ? "0" : digits);
}

std::string float_text(const CsvNumber &found) {
    if (!found.special.empty()) return found.sign + found.special;
    return found.sign + found.digits + (found.exponent == 0 ? "" : "e" + std::to_string(found.exponent));
}

}  // namespace

const char *csv_type_name(CsvType type) {
    static const char *const names[] = {"integer", "float8", "date", "timestamp without time zone", "boolean", "text"};
    return names[static_cast<int>(type)];
}

CsvReader::CsvReader(std::string_view source, char delimiter) : text_(source), delimiter_(delimiter) {
    if (text_.substr(0, 3) == "\xef\xbb\xbf") text_.remove_prefix(3);
}

// Steps over a line's end, if one is here.
bool CsvReader::line_end() {
    if (at_ >= text_.size() || (text_[at_] != '\n' && text_[at_] != '\r')) return false;
    at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
    next_line_++;
    return true;
}

void CsvReader::quoted(std::string &cell) {
    unsigned begin = next_line_;
    for (at_++; at_ < text_.size();) {
        if (text_[at_] == '"') {
            at_++;
            if (at_ >= text_.size() || text_[at_] != '"') return;
        } else if (line_end()) {
            cell += '\n';
            continue;
        }
        cell += text_[at_++];
    }
    throw Error("22P04", "line " + std::to_string(begin) + " has a quote that is never closed");
}

void CsvReader::cell(std::string &cell) {
    cell.clear();
    if (at_ < text_.size() && text_[at_] == '"') quoted(cell);
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') cell += text_[at_++];
}

bool CsvReader::next(std::vector<std::string> &cells) {
    if (at_ >= text_.size()) return false;
    line_ = next_line_;
    size_t count = 0;
    if (!line_end()) {
        for (;;) {
            if (count == cells.size()) cells.emplace_back();
            cell(cells[count++]);
            if (at_ >= text_.size() || line_end()) break;
            at_++;  // the delimiter
        }
    }
    cells.resize(count);
    return true;
}

std::vector<CsvColumn> csv_columns(std::string_view source, char delimiter, const std::set<std::string> &text_columns) {
    CsvReader reader(source, delimiter);
    std::vector<std::string> cells;
    if (!reader.next(cells) || cells.empty()) throw Error("22P04", "the file has no line of column names", "", "Its first line must name the columns.");
    std::vector<std::string> names = unique_names(cells);
    std::vector<Inference> found(names.size());
    for (size_t i = 0; i < names.size(); i++)
        if (text_columns.count(names[i])) found[i].open = text;
    while (reader.next(cells)) {
        if (cells.size() > names.size())
            throw Error("22P04", "line " + std::to_string(reader.line()) + " has " + std::to_string(cells.size()) + " values, but the file has " +
                                     std::to_string(names.size()) + (names.size() == 1 ? " column" : " columns"),
                        "", "Put values that contain the delimiter between double quotes.");
        for (size_t i = 0; i < cells.size(); i++) found[i].see(cells[i]);
    }
    std::vector<CsvColumn> out;
    for (size_t i = 0; i < names.size(); i++) out.push_back({names[i], found[i].type()});
    return out;
}

std::optional<std::string> csv_value(CsvType type, const std::string &cell) {
    std::string trimmed = csv_trim(cell);
    if (csv_is_null(trimmed)) return std::nullopt;
    switch (type) {
        case CsvType::integer: return whole_text(csv_number(trimmed).value());
        case CsvType::float8: return float_text(csv_number(trimmed).value());
        case CsvType::date: return csv_date(trimmed);
        case CsvType::timestamp:
            if (auto plain = csv_datetime(trimmed)) return plain;
            return csv_iso_datetime(trimmed);
        case CsvType::boolean: return boolean_value(trimmed);
        case CsvType::text: return cell;
    }
    return cell;
}

}  // namespace mesh::core::project
