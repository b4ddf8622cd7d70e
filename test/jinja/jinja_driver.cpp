// Renders a batch of templates for the differential test: a JSON list of cases on standard input, a JSON list of
// results on standard output, in the same order.
//
// A case: {"template": text, "context": {...}, "native": bool, "lenient": bool, "dbt_names": bool}. A result: {"text":
// ...},
// {"repr": ...} of a native rendering, or {"error": class, "message": ..., "line": ...}.
#include <iostream>
#include <iterator>

#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/template.h"
#include "core/jinja/text.h"

namespace {

using namespace mesh::core::jinja;

// The object that differential.py gives its templates too.
class Thing : public Object {
public:
    std::string type_name() const override { return "Thing"; }
    std::string repr() const override { return "<Thing>"; }
    std::string str() const override { return "thing"; }
    std::optional<Value> attribute(std::string_view name) override {
        if (name == "one") return Value(1);
        if (name == "text") return Value("txt");
        if (name == "_hidden") return Value("hidden");
        if (name == "hello")
            return make_function("hello", [](Arguments &arguments) {
                return Value("hello " + to_text(bind("hello", arguments, {{"name", Value("you")}})[0]));
            });
        return std::nullopt;
    }
};

// A mapping that is not a dict, as dbt's relations are.
class Relation : public Object {
public:
    std::string type_name() const override { return "Relation"; }
    std::string repr() const override { return "<Relation>"; }
    bool mapping() const override { return true; }
    bool has_items() const override { return true; }
    std::optional<std::int64_t> length() const override { return 2; }
    std::optional<Value> item(const Value &key) override {
        if (key.is_string() && key.text() == "schema") return Value("s");
        if (key.is_string() && key.text() == "name") return Value("n");
        return std::nullopt;
    }
    Ptr<Iterator> iterate() override { return jinja_iterate(); }

private:
    static Ptr<Iterator> jinja_iterate() {
        return ::mesh::core::jinja::iterate(Value(std::vector<Value>{Value("schema"), Value("name")}));
    }
};

Value echo(Arguments &arguments) {
    auto named = make<Dict>();
    for (auto &[name, value] : arguments.named) named->set(Value(name), value);
    return Value::tuple({Value::tuple(arguments.positional), Value(named)});
}

Value get(const Value &from, const char *key) {
    const Value *found = from.dict().find(std::string_view(key));
    return found ? *found : Value();
}

Ptr<Variables> context_of(const Value &given) {
    auto context = make<Variables>(given.is(Kind::dict) ? Ptr<Dict>(&given.dict()) : make<Dict>());
    context->set("return", Value(make<ReturnFunction>()));
    context->set("echo", make_function("echo", echo));
    context->set("thing", Value(make<Thing>()));
    context->set("rel", Value(make<Relation>()));
    return context;
}

Value run(const Value &test) {
    auto result = make<Dict>();
    auto environment = make<Environment>();
    environment->lenient_undefined = truth(get(test, "lenient"));
    try {
        auto source =
            Template::parse(get(test, "template").text(), "case", {.dbt_names = truth(get(test, "dbt_names"))});
        if (truth(get(test, "native")))
            result->set(Value("repr"),
                        Value(repr(source->render_native(context_of(get(test, "context")), environment))));
        else
            result->set(Value("text"), Value(source->render(context_of(get(test, "context")), environment)));
    } catch (const TemplateError &error) {
        result->set(Value("error"), Value(error_class_name(error.kind)));
        result->set(Value("message"), Value(error.what()));
        result->set(Value("line"), Value(static_cast<int>(error.position().line)));
    } catch (const MacroReturn &) {
        result->set(Value("error"), Value("MacroReturn"));
    }
    return Value(result);
}

}  // namespace

int main() {
    const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
    const auto cases = from_json(input);
    if (!cases || !cases->is(Kind::list)) {
        std::cerr << "jinja_driver: the input is not a JSON list\n";
        return 2;
    }
    std::vector<Value> results;
    for (const Value &test : cases->list().items) {
        const Pool pool;
        // As text, so that nothing of the case outlives its pool.
        results.emplace_back(to_json(run(test)));
    }
    std::string out = "[";
    for (const Value &result : results) out += (out.size() > 1 ? ",\n" : "") + result.text();
    std::cout << out << "]\n";
}
