// Runs the tree. evaluate.cpp has the expressions, execute.cpp the statements, loop.cpp the for loops.
#pragma once

#include "core/jinja/access.h"
#include "core/jinja/macro.h"
#include "core/jinja/writer.h"

namespace mesh::core::jinja {

class LoopObject;

// How a statement ended.
enum class Flow { normal, broken, continued, returned };

class Evaluator {
public:
    Evaluator(const Setting &setting, Activation &frame) : setting_(setting), frame_(frame) {}

    Value evaluate(const Expr &node);
    Flow run(const Body &body, Writer &writer);
    void enter(const Scope &scope);
    void leave(const Scope &scope);
    // Raises when the value has not as many items as the target.
    void assign(const Expr &target, const Value &value);
    Value read_target(const Expr &target);
    // One level of a recursive loop.
    std::string run_recursive(const For &node, const Value &iterable, std::int64_t depth);
    Ptr<Iterator> filtered(const For &node, const Ptr<Iterator> &items);

    Position position() const { return position_; }
    Value take_result() { return std::move(result_); }

private:
    // Expressions.
    Value name(const Name &node);
    Value sequence(const Sequence &node);
    Value dict(const DictLiteral &node);
    Value conditional(const Conditional &node);
    Value binary(const Binary &node);
    Value compare(const Compare &node);
    Value concat(const Concat &node);
    Value attribute(const Attribute &node);
    Value item(const Item &node);
    Value call(const Call &node, const Value &caller = Value::missing());
    Value filter(const FilterExpr &node);
    Value test(const FilterExpr &node);
    Arguments arguments(const CallArguments &node);
    void add_named(const Value &more, Arguments &arguments);
    // Its value when it needs no variable and nothing else from outside: what native rendering makes text of.
    std::optional<Value> fold(const Expr &node);
    bool foldable(const Expr &node);

    // Statements.
    Flow execute(const Stmt &node, Writer &writer);
    Flow output(const Output &node, Writer &writer);
    Flow native_output(const Output &node, Writer &writer);
    Flow branch(const If &node, Writer &writer);
    Flow loop(const For &node, Writer &writer);
    Flow loop_over(const For &node, Iterator &items, LoopObject *object, Writer &writer);
    Flow assign_block(const AssignBlock &node);
    Flow filter_block(const FilterBlock &node, Writer &writer);
    Flow with(const With &node, Writer &writer);
    Flow scope_block(const ScopeBlock &node, Writer &writer);
    Flow call_block(const CallBlock &node, Writer &writer);
    bool is_return(const Expr &node);
    Flow take_return(const Call &node);
    void check_namespaces(const Expr &target);
    Writer buffer() const { return Writer(setting_.runtime.native ? Writer::Mode::native : Writer::Mode::text); }

    const Setting &setting_;
    Activation &frame_;
    Position position_;
    Value result_;      // of return()
    Value block_text_;  // what a filter without a subject works on
    bool autoescape_ = false;
};

}  // namespace mesh::core::jinja
