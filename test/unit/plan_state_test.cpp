// What a run finds about a model, with relations made up.
#include "core/plan/state.h"

#include <gtest/gtest.h>

#include <map>

namespace mesh::core::plan {
namespace {

RelationState relation(const std::string &name) {
    RelationState out;
    out.schema = "raw";
    out.name = name;
    out.identity = "id of " + name;
    out.shape = "shape";
    out.blocks = 7;
    out.log = 1234567890123;
    out.rows = 42;
    out.horizon = 99;
    out.writers = {100, 4294967301};
    return out;
}

BuildState built() {
    BuildState out;
    out.definition = "d";
    out.configuration = "c";
    out.depends = "sv";
    out.circumstances = "x";
    out.log = 5;
    out.run_id = 12;
    out.built_at = "2024-01-02 03:04:05+00";
    out.own = relation("own");
    out.inputs = {relation("a"), relation("b")};
    return out;
}

Present present() {
    return {"d", "c", "x", "", true, ""};
}

// Everything is as it was, unless told.
class Made : public Eyes {
public:
    Rows look(const RelationState &then) override {
        looked++;
        auto found = rows.find(then.name);
        return found == rows.end() ? Rows::same : found->second;
    }
    std::map<std::string, Rows> rows;
    int looked = 0;
};

Verdict judged(const BuildState &then, const Present &now, std::map<std::string, Rows> rows = {}) {
    Made eyes;
    eyes.rows = std::move(rows);
    return judge(then, now, eyes);
}

TEST(PlanState, TextKeepsAll) {
    BuildState state = built();
    state.never = "a\ttab, a\nline and a \\ backslash\\n";
    state.settled = false;
    state.own.rows.reset();
    state.own.writers.clear();
    state.inputs[0].unknown = "who knows";
    std::optional<BuildState> read = state_from_text(to_text(state));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->definition, state.definition);
    EXPECT_EQ(read->configuration, state.configuration);
    EXPECT_EQ(read->depends, state.depends);
    EXPECT_EQ(read->circumstances, state.circumstances);
    EXPECT_EQ(read->never, state.never);
    EXPECT_EQ(read->settled, state.settled);
    EXPECT_EQ(read->log, state.log);
    EXPECT_EQ(read->run_id, state.run_id);
    EXPECT_EQ(read->built_at, state.built_at);
    EXPECT_EQ(read->own, state.own);
    EXPECT_EQ(read->inputs, state.inputs);
}

TEST(PlanState, NoPartOfATextIsBelieved) {
    std::string whole = to_text(built());
    ASSERT_TRUE(state_from_text(whole));
    for (size_t size = 0; size < whole.size(); size++) EXPECT_FALSE(state_from_text(whole.substr(0, size))) << size;
    EXPECT_FALSE(state_from_text(""));
    EXPECT_FALSE(state_from_text("mesh 2\t" + whole.substr(7)));
    EXPECT_FALSE(state_from_text(whole + "x"));
}

TEST(PlanState, UnchangedWhenNothingChanged) {
    Made eyes;
    Verdict verdict = judge(built(), present(), eyes);
    EXPECT_EQ(verdict.change, Change::unchanged);
    EXPECT_FALSE(verdict.look_again);
    EXPECT_EQ(eyes.looked, 3);
}

TEST(PlanState, NewWhenThereIsNothing) {
    Present now = present();
    now.exists = false;
    EXPECT_EQ(judged(built(), now).change, Change::created);
    Made eyes;
    EXPECT_EQ(judge(std::nullopt, present(), eyes).change, Change::changed);
}

TEST(PlanState, ChangedBeforeAnyRelationIsLookedAt) {
    for (std::string Present::*part : {&Present::definition, &Present::configuration, &Present::circumstances}) {
        Present now = present();
        now.*part = "another";
        Made eyes;
        Verdict verdict = judge(built(), now, eyes);
        EXPECT_EQ(verdict.change, Change::changed);
        EXPECT_FALSE(verdict.reason.empty());
        EXPECT_EQ(eyes.looked, 0);
    }
}

TEST(PlanState, StaleByWhatItReads) {
    for (Rows rows : {Rows::changed, Rows::replaced, Rows::gone, Rows::locked, Rows::unknown}) {
        Verdict verdict = judged(built(), present(), {{"b", rows}});
        EXPECT_EQ(verdict.change, Change::stale);
        EXPECT_NE(verdict.reason.find("raw.b"), std::string::npos) << verdict.reason;
        EXPECT_FALSE(verdict.by_hand);
    }
}

TEST(PlanState, ChangedByHand) {
    for (Rows rows : {Rows::changed, Rows::replaced, Rows::gone, Rows::locked, Rows::unknown, Rows::reshaped}) {
        Verdict verdict = judged(built(), present(), {{"own", rows}});
        EXPECT_EQ(verdict.change, Change::changed);
        EXPECT_TRUE(verdict.by_hand);
        EXPECT_NE(verdict.reason.find("raw.own"), std::string::npos) << verdict.reason;
    }
}

TEST(PlanState, WhatIsUnknownIsNotLookedAt) {
    BuildState then = built();
    then.inputs[0].unknown = "it is a foreign table";
    Verdict verdict = judged(then, present());
    EXPECT_EQ(verdict.change, Change::stale);
    EXPECT_NE(verdict.reason.find("it is a foreign table"), std::string::npos);
}

TEST(PlanState, NewerStatesAreWorthRemembering) {
    for (const char *name : {"a", "own"}) {
        Verdict verdict = judged(built(), present(), {{name, Rows::same_with_effort}});
        EXPECT_EQ(verdict.change, Change::unchanged);
        EXPECT_TRUE(verdict.look_again);
    }
    EXPECT_TRUE(judged(built(), present(), {{"a", Rows::reshaped}}).look_again);
}

TEST(PlanState, ReasonsNotToSkip) {
    Present now = present();
    now.never = "it calls now()";
    EXPECT_EQ(judged(built(), now).reason, "it calls now()");
    BuildState then = built();
    then.never = "it reads view v: it calls random()";
    EXPECT_EQ(judged(then, present()).change, Change::stale);
    now = present();
    now.rebuilt_upstream = "sales.orders";
    EXPECT_EQ(judged(built(), now).reason, "upstream rebuilt: sales.orders");
    then = built();
    then.settled = false;
    EXPECT_EQ(judged(then, present()).change, Change::stale);
    EXPECT_EQ(judged(then, present(), {{"a", Rows::changed}}).reason, "raw.a changed");
}

TEST(PlanState, WhatStoresNothingHasNoRelation) {
    BuildState then = built();
    then.own = {};
    Made eyes;
    EXPECT_EQ(judge(then, present(), eyes).change, Change::unchanged);
    EXPECT_EQ(eyes.looked, 2);
}

}  // namespace
}  // namespace mesh::core::plan
