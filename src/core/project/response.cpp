#include "core/project/response.h"

#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/members.h"
#include "core/project/seed_table.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

class Response : public jinja::Object {
public:
    Response(std::string message, std::string code, Value rows)
        : message_(std::move(message)), code_(std::move(code)), rows_(std::move(rows)) {}
    std::string type_name() const override { return "AdapterResponse"; }
    std::string str() const override { return message_; }
    std::optional<Value> attribute(std::string_view name) override {
        if (name == "_message" || name == "message") return Value(message_);
        if (name == "code") return Value(code_);
        if (name == "rows_affected") return rows_;
        if (name == "query_id") return Value();
        if (name != "to_dict") return std::nullopt;
        auto dict = jinja::make<jinja::Dict>();
        dict->set(Value("_message"), Value(message_));
        dict->set(Value("code"), Value(code_));
        dict->set(Value("rows_affected"), rows_);
        return jinja::make_function("to_dict", [dict](jinja::Arguments &) { return Value(dict); });
    }
    void drop_contents() override { rows_ = Value(); }

private:
    std::string message_, code_;
    Value rows_;
};

}  // namespace

Value make_response(const std::string &message, const std::string &code, const Value &rows_affected) {
    return Value(jinja::make<Response>(message, code, rows_affected));
}

// The words of the tag without its numbers.
Value make_response(const QueryResult &result) {
    std::string code;
    std::size_t at = 0;
    while (at < result.status.size()) {
        const std::size_t end = std::min(result.status.find(' ', at), result.status.size());
        const std::string word = result.status.substr(at, end - at);
        if (word.find_first_not_of("0123456789") != std::string::npos) code += (code.empty() ? "" : " ") + word;
        at = end + 1;
    }
    return make_response(result.status, code, Value(static_cast<std::int64_t>(result.rows_affected)));
}

Value load_seed(Session &session) {
    const Node *node = session.frame().node;
    if (!node || node->resource_type != ResourceType::seed)
        raise_compilation("can only load_agate_table for seeds (got a " +
                          std::string(node ? resource_type_name(node->resource_type) : "macro") + ")");
    if (!session.frame().execute()) return Value(empty_table());
    return Value(seed_table(*node, session.seed_text ? session.seed_text(*node) : std::string()));
}

}  // namespace mesh::core::project
