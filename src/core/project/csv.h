// A seed's file: CSV as Python's csv module reads it, with the types that dbt finds in its columns on PostgreSQL.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mesh::core::project {

enum class CsvType { integer, float8, date, timestamp, boolean, text };

// As SQL writes it: "integer", "float8", "timestamp without time zone" ...
const char *csv_type_name(CsvType type);

struct CsvColumn {
    std::string name;
    CsvType type = CsvType::text;
};

// Reads row by row; the text must outlive it. Line ends may be \n, \r\n or \r, a byte order mark is skipped. A quote within an unquoted
// cell, and text behind a closing quote, belong to the cell; an empty line is a row without cells.
class CsvReader {
public:
    explicit CsvReader(std::string_view text, char delimiter = ',');

    // The next row's cells, in the same strings again; false when there is none. Raises 22P04 for a quote that is not closed.
    bool next(std::vector<std::string> &cells);

    // Where the row that was read last begins, from 1.
    unsigned line() const { return line_; }

private:
    bool line_end();
    void quoted(std::string &cell);
    void cell(std::string &cell);

    std::string_view text_;
    char delimiter_;
    size_t at_ = 0;
    unsigned line_ = 0, next_line_ = 1;
};

// The columns: named by the first row (a name that is missing becomes a letter, one that is there already gets a number), with the type
// that all of their cells have. `text_columns` are text, whatever is in them. Raises 22P04 for a file without a first row, and, with
// its line, for a row of more cells than there are columns.
std::vector<CsvColumn> csv_columns(std::string_view text, char delimiter, const std::set<std::string> &text_columns);

// A cell of a column of this type as the server's input functions take it; nothing: null. A timestamp may end with a zone, as "+02:00".
std::optional<std::string> csv_value(CsvType type, const std::string &cell);

}  // namespace mesh::core::project
