#include "core/jinja/scope.h"

#include <list>

#include "core/jinja/filters.h"
#include "core/jinja/guard.h"
#include "core/jinja/parser.h"
#include "core/jinja/symbols.h"
#include "core/jinja/walk.h"

namespace mesh::core::jinja {

namespace {

template <class T>
T &as(Node &node) {
    return static_cast<T &>(node);
}

// Fills a scope's symbols from the nodes that belong to it; scopes within are left alone.
class Analysis {
public:
    Analysis(NameTable &names, Symbols &symbols) : names_(names), symbols_(&symbols) {}

    void visit(Node &node) {
        Guard::stack();
        switch (node.kind) {
            case NodeKind::name: return name(as<Name>(node), false);
            case NodeKind::namespace_ref: return symbols_->load(names_.id(as<NamespaceRef>(node).name));
            case NodeKind::if_branch: return branches(as<If>(node));
            case NodeKind::macro: return symbols_->store(names_.id(as<MacroNode>(node).name));
            case NodeKind::set: visit(*as<Assign>(node).value); return visit(*as<Assign>(node).target);
            case NodeKind::for_loop: return visit(*as<For>(node).iterable);
            case NodeKind::call_block: return visit(*as<CallBlock>(node).call);
            case NodeKind::filter_block: return visit(*as<FilterBlock>(node).filter);
            case NodeKind::with:
                for (auto &[target, value] : as<With>(node).assignments) visit(*value);
                return;
            case NodeKind::set_block: return visit(*as<AssignBlock>(node).target);
            case NodeKind::scope: return;
            case NodeKind::unsupported:
                visit(*as<Bare>(node).value);
                if (!as<Bare>(node).target.empty()) symbols_->store(names_.id(as<Bare>(node).target));
                return;
            default: for_each_child(node, [this](Node &child) { visit(child); });
        }
    }

    void visit_all(const Body &body) {
        for (Stmt *statement : body) visit(*statement);
    }

    // Names of the target become parameters of the scope.
    void target(Node &node) {
        if (node.kind == NodeKind::name) return name(as<Name>(node), true);
        for_each_child(node, [this](Node &child) { target(child); });
    }

private:
    void name(const Name &node, bool parameter) {
        const int id = names_.id(node.name);
        if (parameter || node.use == Name::Use::parameter)
            symbols_->declare_parameter(id);
        else if (node.use == Name::Use::store)
            symbols_->store(id);
        else
            symbols_->load(id);
    }

    void branches(If &node) {
        visit(*node.test);
        Symbols *all = symbols_;
        std::vector<Symbols> made;
        auto branch = [&](auto inside) {
            Symbols symbols = Symbols::branch_of(*all);
            symbols_ = &symbols;
            inside();
            symbols_ = all;
            made.push_back(std::move(symbols));
        };
        branch([&] { visit_all(node.body); });
        branch([&] {
            for (If *elif : node.elifs) visit(*elif);
        });
        branch([&] { visit_all(node.otherwise); });
        all->merge(made);
    }

    NameTable &names_;
    Symbols *symbols_;
};

// Which of some names a body reads before it stores them.
class Undeclared {
public:
    explicit Undeclared(std::vector<std::string_view> names) : wanted_(std::move(names)) {}

    void visit(Node &node) {
        if (wanted_.empty()) return;
        Guard::stack();
        if (node.kind != NodeKind::name) return for_each_child(node, [this](Node &child) { visit(child); });
        const Name &name = as<Name>(node);
        for (std::string_view wanted : wanted_)
            if (wanted == name.name && name.use == Name::Use::load) found_.push_back(wanted);
        std::erase(wanted_, std::string_view(name.name));
    }

    void visit_all(const Body &body) {
        for (Stmt *statement : body) visit(*statement);
    }
    bool found(std::string_view name) const {
        for (std::string_view one : found_)
            if (one == name) return true;
        return false;
    }

private:
    std::vector<std::string_view> wanted_, found_;
};

// Where code stands: its variables, and whether an unknown filter may wait until it runs.
struct Frame {
    Symbols *symbols;
    FunctionBuilder *function;
    bool soft = false;
};

class Resolver {
public:
    explicit Resolver(Tree &tree) : tree_(tree) {}

    void run() {
        FunctionBuilder function(tree_.function, 0);
        Symbols symbols(function, nullptr);
        analysis(symbols).visit_all(tree_.body);
        tree_.function.scope = symbols.scope(names_);
        for (int name : symbols.stores()) tree_.exported.emplace_back(names_.name(name), symbols.reference(name));
        body(tree_.body, {&symbols, &function});
        if (!tree_.late_problem.empty()) TokenStream::fail(tree_.late_problem, tree_.late_position);
    }

private:
    Analysis analysis(Symbols &symbols) { return Analysis(names_, symbols); }

    void body(const Body &statements, Frame frame) {
        for (Stmt *node : statements) statement(*node, frame);
    }

    void statement(Stmt &node, Frame frame) {
        Guard::step();
        switch (node.kind) {
            case NodeKind::for_loop: return loop(as<For>(node), frame);
            case NodeKind::if_branch: return branches(as<If>(node), frame);
            case NodeKind::macro:
                as<MacroNode>(node).slot = frame.symbols->reference(names_.id(as<MacroNode>(node).name));
                return function(as<MacroNode>(node), frame);
            case NodeKind::call_block:
                function(*as<CallBlock>(node).caller, frame);
                return expression(*as<CallBlock>(node).call, frame);
            case NodeKind::filter_block: return filter_block(as<FilterBlock>(node), frame);
            case NodeKind::set_block: return assign_block(as<AssignBlock>(node), frame);
            case NodeKind::with: return with(as<With>(node), frame);
            case NodeKind::scope: return scope_block(as<ScopeBlock>(node), frame);
            default: for_each_child(node, [&](Node &child) { expression(child, frame); });
        }
    }

    void branches(If &node, Frame frame) {
        frame.soft = true;
        expression(*node.test, frame);
        body(node.body, frame);
        for (If *elif : node.elifs) branches(*elif, frame);
        body(node.otherwise, frame);
    }

    void filter_block(FilterBlock &node, Frame frame) {
        Symbols symbols(*frame.function, frame.symbols);
        Analysis inner = analysis(symbols);
        inner.visit_all(node.body);
        inner.visit(*node.filter);
        node.scope = symbols.scope(names_);
        body(node.body, {&symbols, frame.function});
        expression(*node.filter, {&symbols, frame.function});
    }

    void assign_block(AssignBlock &node, Frame frame) {
        Symbols symbols(*frame.function, frame.symbols);
        Analysis inner = analysis(symbols);
        inner.visit_all(node.body);
        if (node.filter != nullptr) inner.visit(*node.filter);
        node.scope = symbols.scope(names_);
        body(node.body, {&symbols, frame.function});
        if (node.filter != nullptr) expression(*node.filter, {&symbols, frame.function});
        expression(*node.target, frame);
    }

    void with(With &node, Frame frame) {
        Symbols symbols(*frame.function, frame.symbols);
        Analysis inner = analysis(symbols);
        for (auto &[target, value] : node.assignments) inner.target(*target);
        inner.visit_all(node.body);
        node.scope = symbols.scope(names_);
        const Frame within{&symbols, frame.function};
        for (auto &[target, value] : node.assignments) {
            expression(*target, within);
            expression(*value, frame);
        }
        body(node.body, within);
    }

    void scope_block(ScopeBlock &node, Frame frame) {
        Symbols symbols(*frame.function, frame.symbols);
        Analysis inner = analysis(symbols);
        inner.visit(*node.option);
        inner.visit_all(node.body);
        node.scope = symbols.scope(names_);
        expression(*node.option, {&symbols, frame.function});
        body(node.body, {&symbols, frame.function});
    }

    void loop(For &node, Frame frame) {
        Undeclared undeclared({"loop"});
        undeclared.visit_all(node.body);
        node.extended = node.recursive || undeclared.found("loop");
        refuse_loop_target(node);
        expression(*node.iterable, frame);
        if (node.test != nullptr) loop_test(node, frame);
        if (!node.recursive) return loop_body(node, frame, *frame.function);
        FunctionBuilder own(node.function, frame.function->depth() + 1);
        loop_body(node, frame, own);
    }

    void loop_body(For &node, Frame frame, FunctionBuilder &function) {
        Symbols symbols(function, frame.symbols);
        if (node.extended) symbols.declare_parameter(names_.id("loop"));
        Analysis inner = analysis(symbols);
        inner.target(*node.target);
        inner.visit_all(node.body);
        node.scope = symbols.scope(names_);
        if (node.extended) node.loop = symbols.reference(names_.id("loop"));
        expression(*node.target, {&symbols, &function});
        body(node.body, {&symbols, &function});
        Symbols other(function, frame.symbols);
        analysis(other).visit_all(node.otherwise);
        node.else_scope = other.scope(names_);
        body(node.otherwise, {&other, &function});
    }

    void loop_test(For &node, Frame frame) {
        FunctionBuilder own(node.test_function, frame.function->depth() + 1);
        Symbols symbols(own, frame.symbols);
        Analysis inner = analysis(symbols);
        inner.target(*node.target);
        inner.visit(*node.test);
        node.test_function.scope = symbols.scope(names_);
        node.test_target = copy_target(*node.target);
        expression(*node.test_target, {&symbols, &own});
        expression(*node.test, {&symbols, &own});
    }

    Expr *copy_target(Expr &target) {
        if (target.kind == NodeKind::name)
            return tree_.make<Name>(as<Name>(target).name, Name::Use::store, target.position);
        auto *copy = tree_.make<Sequence>(NodeKind::tuple, target.position);
        for (Expr *item : as<Sequence>(target).items) copy->items.push_back(copy_target(*item));
        return copy;
    }

    static void refuse_loop_target(Node &node) {
        Guard::stack();
        if (node.kind == NodeKind::name && as<Name>(node).use == Name::Use::store && as<Name>(node).name == "loop")
            TokenStream::fail("Can't assign to special loop variable in for-loop target", node.position);
        for_each_child(node, refuse_loop_target);
    }

    void function(MacroNode &node, Frame frame) {
        FunctionBuilder own(node.function, frame.function->depth() + 1);
        Symbols symbols(own, frame.symbols);
        Analysis inner = analysis(symbols);
        for (Name *parameter : node.parameters) inner.visit(*parameter);
        for (Expr *value : node.defaults) inner.visit(*value);
        inner.visit_all(node.body);
        special_parameters(node, symbols);
        node.function.scope = symbols.scope(names_);
        const Frame within{&symbols, &own};
        for (Name *parameter : node.parameters) expression(*parameter, within);
        for (Expr *value : node.defaults) expression(*value, within);
        body(node.body, within);
    }

    void special_parameters(MacroNode &node, Symbols &symbols) {
        Undeclared undeclared({"caller", "kwargs", "varargs"});
        undeclared.visit_all(node.body);
        auto special = [&](const char *name, bool &wants, Slot &slot) {
            if (!undeclared.found(name) || has_parameter(node, name)) return;
            symbols.declare_parameter(names_.id(name));
            slot = symbols.reference(names_.id(name));
            wants = true;
        };
        if (undeclared.found("caller")) check_explicit_caller(node);
        special("caller", node.wants_caller, node.caller);
        special("kwargs", node.wants_kwargs, node.kwargs);
        special("varargs", node.wants_varargs, node.varargs);
    }

    static bool has_parameter(const MacroNode &node, std::string_view name) {
        for (const Name *parameter : node.parameters)
            if (parameter->name == name) return true;
        return false;
    }

    static void check_explicit_caller(const MacroNode &node) {
        const std::size_t required = node.parameters.size() - node.defaults.size();
        for (std::size_t i = 0; i < required; ++i)
            if (node.parameters[i]->name == "caller")
                TokenStream::fail(
                    "When defining macros or call blocks the special \"caller\" argument must be omitted or be "
                    "given a default.",
                    node.position);
    }

    void expression(Node &node, Frame frame) {
        Guard::stack();
        switch (node.kind) {
            case NodeKind::name: as<Name>(node).slot = frame.symbols->reference(names_.id(as<Name>(node).name)); return;
            case NodeKind::namespace_ref:
                as<NamespaceRef>(node).slot = frame.symbols->reference(names_.id(as<NamespaceRef>(node).name));
                return;
            case NodeKind::conditional: frame.soft = true; break;
            case NodeKind::filter: filter(as<FilterExpr>(node), frame.soft); break;
            case NodeKind::test: test(as<FilterExpr>(node), frame.soft); break;
            default: break;
        }
        for_each_child(node, [&](Node &child) { expression(child, frame); });
    }

    static void filter(FilterExpr &node, bool soft) {
        node.filter = find_filter(node.name);
        if (node.filter == nullptr && !soft) TokenStream::fail("No filter named '" + node.name + "'.", node.position);
    }

    static void test(FilterExpr &node, bool soft) {
        node.test = find_test(node.name);
        if (node.test == nullptr && !soft) TokenStream::fail("No test named '" + node.name + "'.", node.position);
    }

    Tree &tree_;
    NameTable names_;
};

}  // namespace

void resolve_scopes(Tree &tree, const std::string &template_name) {
    try {
        Resolver(tree).run();
    } catch (const TemplateError &error) {
        throw TemplateError(error.kind, error.what(), {"", template_name, error.position()});
    }
}

}  // namespace mesh::core::jinja
