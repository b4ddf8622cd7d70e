#include "core/exact_json.h"

#include <gtest/gtest.h>

namespace mesh::core {
namespace {

TEST(ExactJson, NumbersKeepTheirText) {
    for (const char *text : {"1.10", "12345678901234567890123", "-0.30000000000000000001", "1e40", "9223372036854775807", "0", "[1.50,[2.0]]",
                             R"({"a":1.0,"b":{"c":[1,2.00,"x"]}})", "\"1.10\"", "null", "true", "[]", "{}"})
        EXPECT_EQ(dump_exact(parse_exact(text)), text);
}

TEST(ExactJson, KindsStayDistinct) {
    nlohmann::json value = parse_exact(R"({"n":1.10,"i":7,"t":"1.10","l":[1,2]})");
    EXPECT_TRUE(is_exact(value["n"]));
    EXPECT_EQ(exact_text(value["n"]), "1.10");
    EXPECT_FALSE(value["n"].is_string() || value["n"].is_structured() || value["n"].is_null());
    EXPECT_EQ(value["i"], 7);
    EXPECT_EQ(value["t"], "1.10");
    EXPECT_EQ(value["l"].size(), 2U);
}

TEST(ExactJson, WhatIsNoJsonIsRefused) {
    for (const char *text : {"", "{", "1.", "{\"a\" 1}", "[1,]"}) EXPECT_THROW((void)parse_exact(text), nlohmann::json::parse_error);
}

}  // namespace
}  // namespace mesh::core
