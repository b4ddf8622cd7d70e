// Names and ids; the expected ones are dbt-core 1.11's.
#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/project/names.h"
#include "core/project/version_range.h"

namespace mesh::core::project {
namespace {

TEST(ProjectNames, Digests) {
    EXPECT_EQ(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5("hello world"), "5eb63bbbe01eeed093cb22bb8f5acdc3");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256(std::string(1000, 'a')), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

TestMetadata metadata(const char *name, Json kwargs) {
    kwargs["model"] = "{{ get_where_subquery(ref('b')) }}";
    return {name, "", kwargs};
}

TEST(ProjectNames, GenericTestsHaveDbtsNamesAndHashes) {
    const Json values = {{"values", {1, 2, "x"}}, {"column_name", "id"}};
    EXPECT_EQ(make_test_names("accepted_values", "b", values).full, "accepted_values_b_id__1__2__x");
    EXPECT_EQ(test_hash("accepted_values_b_id__1__2__x", metadata("accepted_values", values)), "78e6aca907");
    const Json relationship = {{"column_name", "id"}, {"to", "ref('stg_a')"}, {"field", "id"}};
    EXPECT_EQ(make_test_names("relationships", "b", relationship).full, "relationships_b_id__id__ref_stg_a_");
    EXPECT_EQ(test_hash("relationships_b_id__id__ref_stg_a_", metadata("relationships", relationship)), "2740bd7fc5");
    EXPECT_EQ(test_hash("unique_b_id", metadata("unique", {{"column_name", "id"}})), "fd91545187");
}

TEST(ProjectNames, LongTestNamesAreShortenedToAHash) {
    const TestNames names = make_test_names("accepted_values", "orders", {{"column_name", "status"}, {"values", {"placed", "shipped", "completed", "return_pending", "returned"}}});
    EXPECT_EQ(names.full, "accepted_values_orders_status__placed__shipped__completed__return_pending__returned");
    EXPECT_EQ(names.shortened, "accepted_values_orders_" + md5(names.full));
}

TEST(ProjectNames, RefsAndSourcesInText) {
    EXPECT_EQ(std::get<Ref>(parse_ref_or_source(" ref( 'p', \"m\", v=2 ) ")), (Ref{"m", "p", "2"}));
    EXPECT_EQ(std::get<Ref>(parse_ref_or_source("ref('m', version='x')")), (Ref{"m", "", "x"}));
    EXPECT_EQ(std::get<std::vector<std::string>>(parse_ref_or_source("source('s', 't')")), (std::vector<std::string>{"s", "t"}));
    for (const char *text : {"ref(m)", "ref('a') || 'b'", "source('a')", "refs('a')", "", "ref('a', 'b', 'c')"})
        EXPECT_EQ(parse_ref_or_source(text).index(), 0u) << text;
}

TEST(ProjectNames, RelationsAreQuotedAsConfigured) {
    Quoting quoting;
    EXPECT_EQ(make_relation_name(quoting, "d", "s", "t"), "\"d\".\"s\".\"t\"");
    quoting.apply({{"database", false}, {"identifier", false}, {"schema", nullptr}});
    EXPECT_EQ(make_relation_name(quoting, "d", "s", "t"), "d.\"s\".t");
    EXPECT_EQ(make_relation_name(quoting, "", "s", "t"), "\"s\".t");
}

TEST(ProjectNames, VersionsCompareAsNumbersWhereTheyAre) {
    EXPECT_TRUE(version_less("2", "10"));
    EXPECT_TRUE(version_less("1.5", "2"));
    EXPECT_TRUE(version_less("beta", "gamma"));
    EXPECT_EQ(version_name(2), "2");
    EXPECT_EQ(version_name(1.5), "1.5");
}

TEST(ProjectNames, RequiredVersions) {
    EXPECT_TRUE(version_fits("1.11.16", {">=1.3.0", "<2.0.0"}));
    EXPECT_TRUE(version_fits("1.11.16", ">=1.3.0,<2.0.0"));
    EXPECT_FALSE(version_fits("1.11.16", ">=1.7.0,<1.8.0"));
    EXPECT_FALSE(version_fits("1.11.16", "=1.11.15"));
    EXPECT_TRUE(version_fits("1.11.16", ">1.11.16-rc1"));
}

}  // namespace
}  // namespace mesh::core::project
