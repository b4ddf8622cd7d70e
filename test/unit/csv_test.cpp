// Seeds' files: how Python's csv module cuts them into cells, and which types dbt finds (checked against dbt-core 1.11).
#include "core/project/csv.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace mesh::core::project {
namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> read(std::string_view text, char delimiter = ',') {
    CsvReader reader(text, delimiter);
    std::vector<Cells> out;
    Cells cells;
    while (reader.next(cells)) out.push_back(cells);
    return out;
}

// The one column's type, with its values.
std::string column(const std::vector<std::string> &values) {
    std::string text = "c\n";
    for (const std::string &value : values) text += "\"" + value + "\"\n";
    CsvType type = csv_columns(text, ',', {}).at(0).type;
    std::string out = csv_type_name(type);
    for (const std::string &value : values) out += " " + csv_value(type, value).value_or("null");
    return out;
}

std::string message(std::string_view text) {
    try {
        (void)csv_columns(text, ',', {});
    } catch (const Error &e) {
        EXPECT_EQ(e.sqlstate, "22P04");
        return e.what();
    }
    return "";
}

TEST(Csv, Cells) {
    EXPECT_EQ(read("a,b\n1,\n"), (std::vector<Cells>{{"a", "b"}, {"1", ""}}));
    EXPECT_EQ(read("a;b\r\n1;2\r3;4", ';'), (std::vector<Cells>{{"a", "b"}, {"1", "2"}, {"3", "4"}}));
    EXPECT_EQ(read("\xef\xbb\xbf" "a\n"), (std::vector<Cells>{{"a"}}));
    EXPECT_EQ(read("a\n\nb\n"), (std::vector<Cells>{{"a"}, {}, {"b"}}));
    EXPECT_EQ(read(""), std::vector<Cells>());
}

TEST(Csv, Quotes) {
    EXPECT_EQ(read("\"a \"\"q\"\" b\"z,x"), (std::vector<Cells>{{"a \"q\" bz", "x"}}));
    EXPECT_EQ(read("a\"b,\"c,d\"\n"), (std::vector<Cells>{{"a\"b", "c,d"}}));
    EXPECT_EQ(read("\"two\r\nlines\",1\n"), (std::vector<Cells>{{"two\nlines", "1"}}));
}

TEST(Csv, Names) {
    std::vector<CsvColumn> columns = csv_columns("id,name,,name\n", ',', {});
    EXPECT_EQ(columns[2].name, "c");
    EXPECT_EQ(columns[3].name, "name_2");
    EXPECT_EQ(columns[0].type, CsvType::integer) << "a column without cells";
    EXPECT_EQ(csv_columns("id\n7\n", ',', {"id"}).at(0).type, CsvType::text);
}

TEST(Csv, Numbers) {
    EXPECT_EQ(column({"1", " 12 ", "+5", "-3", ""}), "integer 1 12 5 -3 null");
    EXPECT_EQ(column({"1.0", "1e3", "5."}), "integer 1 1000 5");
    EXPECT_EQ(column({"1,000", "5%", "$3", "-\u20ac4", "1_000"}), "integer 1000 5 3 -4 1000");
    EXPECT_EQ(column({"0.1", ".5", "1.50", "1E2"}), "float8 1e-1 5e-1 150e-2 1e2");
    EXPECT_EQ(column({"0.0", "000"}), "integer 0 0");
    EXPECT_EQ(column({"nan", "1"}), "integer NaN 1");
    EXPECT_EQ(column({"-inf", "1.5"}), "float8 -Infinity 15e-1");
    EXPECT_EQ(column({"0x1"}), "text 0x1");
    EXPECT_EQ(column({"12345678901234567890123456789.5"}).substr(0, 6), "float8");
    EXPECT_EQ(column({"null", "NULL", ""}), "integer null null null");
}

TEST(Csv, Times) {
    EXPECT_EQ(column({"2020-1-5", "null"}), "date 2020-01-05 null");
    EXPECT_EQ(column({"2020-02-30"}), "text 2020-02-30");
    EXPECT_EQ(column({"2020-01-01 1:2:3"}), "timestamp without time zone 2020-01-01 01:02:03");
    EXPECT_EQ(column({"2020-01-01", "2020-01-01 00:00:00"}), "text 2020-01-01 2020-01-01 00:00:00");
    EXPECT_EQ(column({"2020-01-01T10:00:00Z", "20200101T10", "2020-01-01T10:00:00.123+02"}),
              "timestamp without time zone 2020-01-01 10:00:00+00:00 2020-01-01 10:00:00 2020-01-01 10:00:00.123+02:00");
    EXPECT_EQ(column({"2020-01-01 10:00"}), "text 2020-01-01 10:00");
}

TEST(Csv, BooleansAndText) {
    EXPECT_EQ(column({"true", "FALSE", ""}), "boolean true false null");
    EXPECT_EQ(column({"true", "1"}), "text true 1");
    EXPECT_EQ(column({"t"}), "text t");
    EXPECT_EQ(column({" a ", "null", " "}), "text  a  null null");
}

TEST(Csv, BrokenRows) {
    EXPECT_EQ(message("a,b\n1,2\n\"x\ny\",2\n1,2,3\n"), "line 5 has 3 values, but the file has 2 columns");
    EXPECT_EQ(message("a,b\n1,\"2\n3,4\n"), "line 2 has a quote that is never closed");
    EXPECT_EQ(message(""), "the file has no line of column names");
    EXPECT_EQ(message("\na\n"), "the file has no line of column names");
}

}  // namespace
}  // namespace mesh::core::project
