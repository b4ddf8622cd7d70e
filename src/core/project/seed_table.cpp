#include "core/project/seed_table.h"

#include <set>

#include "core/jinja/operators.h"
#include "core/project/decimal.h"
#include "core/project/python_datetime.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

std::string trimmed(const std::string &text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_null(const std::string &field) {
    const std::string text = lowered(trimmed(field));
    return text.empty() || text == "null";
}

bool all_digits(const std::string &text, std::size_t from, std::size_t count) {
    return text.size() >= from + count && text.find_first_not_of("0123456789", from) >= from + count;
}

// Whole and broken numbers, also with thousands' commas: a Decimal.
std::optional<Value> number(const std::string &field) {
    std::string text = trimmed(field);
    std::erase(text, ',');
    return Decimal::parse(text);
}

std::optional<Value> cast(AgateType type, const std::string &field) {
    const std::string text = trimmed(field);
    const std::string low = lowered(text);
    switch (type) {
        case AgateType::number: return number(field);
        case AgateType::date:
            return text.size() == 10 && all_digits(text, 0, 4) && text[4] == '-' && text[7] == '-' ? read_date(text) : std::nullopt;
        case AgateType::datetime:
            return text.size() > 10 && (text[10] == ' ' || text[10] == 'T') && all_digits(text, 0, 4) ? read_timestamp(text) : std::nullopt;
        case AgateType::boolean:
            if (low == "true") return Value(true);
            return low == "false" ? std::optional<Value>(Value(false)) : std::nullopt;
        default: return Value(field);
    }
}

// A field that ended, a record that ended.
class CsvReader {
public:
    CsvReader(const std::string &text, const std::string &delimiter) : text_(text), delimiter_(delimiter.empty() ? "," : delimiter) {}

    std::vector<std::vector<std::string>> read() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        while (at_ < text_.size()) {
            std::vector<std::string> record;
            while (field(record)) {
            }
            if (record.size() > 1 || !record[0].empty()) records_.push_back(std::move(record));
        }
        return std::move(records_);
    }

private:
    // True when another field follows in the record.
    bool field(std::vector<std::string> &record) {
        std::string value;
        if (at_ < text_.size() && text_[at_] == '"') quoted(value);
        while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r' && text_.compare(at_, delimiter_.size(), delimiter_) != 0)
            value += text_[at_++];
        record.push_back(std::move(value));
        if (at_ >= text_.size()) return false;
        if (text_[at_] != '\n' && text_[at_] != '\r') return at_ += delimiter_.size(), true;
        if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
        ++at_;
        ++line_;
        return false;
    }

    void quoted(std::string &value) {
        const unsigned start = line_;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') {
                if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') return void(++at_);
                ++at_;
            }
            line_ += text_[at_] == '\n';
            value += text_[at_];
        }
        throw Error("22P04", "unterminated quoted field in line " + std::to_string(start));
    }

    const std::string &text_;
    const std::string delimiter_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
    std::vector<std::vector<std::string>> records_;
};

// The narrowest type, in dbt's order, that every value of the column can have.
AgateType type_of(const std::vector<std::vector<std::string>> &records, std::size_t column) {
    for (AgateType type : {AgateType::number, AgateType::date, AgateType::datetime, AgateType::boolean}) {
        bool fits = true;
        for (std::size_t r = 1; r < records.size() && fits; ++r)
            fits = column >= records[r].size() || is_null(records[r][column]) || cast(type, records[r][column]).has_value();
        if (fits) return type;
    }
    return AgateType::text;
}

}  // namespace

std::vector<std::vector<std::string>> read_csv(const std::string &text, const std::string &delimiter) {
    return CsvReader(text, delimiter).read();
}

jinja::Ptr<Table> seed_table(const Node &node, const std::string &text) {
    const auto records = read_csv(text, node.config.value("delimiter", ","));
    if (records.empty()) return empty_table();
    const auto types_given = node.config.find("column_types");
    std::vector<AgateType> types;
    for (std::size_t c = 0; c < records[0].size(); ++c) {
        const bool given = types_given != node.config.end() && types_given->is_object() && types_given->contains(records[0][c]);
        types.push_back(given ? AgateType::text : type_of(records, c));
    }
    Table::RowList rows;
    for (std::size_t r = 1; r < records.size(); ++r) {
        if (records[r].size() > types.size())
            throw Error("22P04", "row " + std::to_string(r) + " of seed \"" + node.name + "\" has " + std::to_string(records[r].size()) +
                                     " values, but the seed only has " + std::to_string(types.size()) + " columns",
                        "In file " + node.original_file_path + ".");
        rows.emplace_back();
        for (std::size_t c = 0; c < types.size(); ++c) {
            const bool none = c >= records[r].size() || is_null(records[r][c]);
            rows.back().push_back(none ? Value() : *cast(types[c], records[r][c]));
        }
    }
    return jinja::make<Table>(records[0], std::move(types), std::move(rows));
}

}  // namespace mesh::core::project
