// What a node's error says, in dbt's words.
#include <gtest/gtest.h>

#include "core/jinja/error.h"
#include "core/project/artifacts.h"

namespace mesh::core::project {
namespace {

TEST(NodeError, SaysWhoseItIsAndWhere) {
    EXPECT_EQ(error_message({"compilation", "model", "a", "models/a.sql", "one\ntwo", "target/run/p/models/a.sql"}), "Compilation Error in model a (models/a.sql)\n  one\n  two");
    EXPECT_EQ(error_message({"runtime", "operation", "p-on-run-end-0", "", "lost", ""}), "Runtime Error in operation p-on-run-end-0\n  lost");
}

TEST(NodeError, OfTheDatabaseSaysWhereItsSqlIs) {
    EXPECT_EQ(error_message({"database", "model", "a", "models/a.sql", "no x", "target/run/p/models/a.sql"}),
              "Database Error in model a (models/a.sql)\n  no x\n  compiled code at target/run/p/models/a.sql");
    EXPECT_EQ(error_message({"database", "model", "a", "models/a.sql", "no x", ""}), "Database Error in model a (models/a.sql)\n  no x");
}

TEST(NodeError, OfAUnitTestIsOneOfItsRun) {
    EXPECT_EQ(error_message({"database", "unit_test", "u", "models/u.yml", "no x", ""}),
              "Runtime Error in unit_test u (models/u.yml)\n  An error occurred during execution of unit test 'u'. There may be an error in the unit test definition: "
              "check the data types.\n Database Error in unit_test u (models/u.yml)\n   no x");
    EXPECT_EQ(error_message({"compilation", "unit_test", "u", "models/u.yml", "no x", ""}), "Compilation Error in unit_test u (models/u.yml)\n  no x");
}

TEST(NodeError, KindFollowsFromTheStateUnlessItIsGiven) {
    EXPECT_EQ(Error("42P01", "").error_kind, ErrorKind::database);
    EXPECT_EQ(Error("22023", "").error_kind, ErrorKind::compilation);
    EXPECT_EQ(Error("58000", "").error_kind, ErrorKind::runtime);
    EXPECT_EQ(Error("22023", "").with(ErrorKind::database).error_kind, ErrorKind::database);
    EXPECT_EQ(jinja::TemplateError(jinja::ErrorClass::security, "").error_kind, ErrorKind::compilation);
}

}  // namespace
}  // namespace mesh::core::project
