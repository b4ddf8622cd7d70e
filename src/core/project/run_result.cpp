#include "core/project/run_result.h"

#include "core/jinja/access.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/base_context.h"
#include "core/project/python_datetime.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

Value no_arguments(const char *name, const Value &result) {
    return jinja::make_function(name, [name, result](jinja::Arguments &arguments) {
        (void)jinja::bind(name, arguments, {{"omit_none", Value(false)}});
        return result;
    });
}

// A dict by its attributes, with dbt's to_dict().
class Record : public jinja::Object {
public:
    Record(std::string type, Json content) : type_(std::move(type)), content_(std::move(content)) {}
    std::string type_name() const override { return type_; }
    bool mapping() const override { return true; }
    bool has_items() const override { return true; }
    bool truth() const override { return true; }
    std::optional<Value> attribute(std::string_view name) override {
        if (name == "to_dict") return no_arguments("to_dict", to_value(content_));
        if (const auto own = member(name)) return own;
        return jinja::find_attribute(all(), name, {});
    }
    std::optional<Value> item(const Value &key) override {
        if (key.is_string())
            if (auto own = member(key.text())) return own;
        return jinja::subscript(all(), key);
    }
    jinja::Ptr<jinja::Iterator> iterate() override { return jinja::iterate(all()); }
    std::string str() const override { return jinja::to_text(to_value(content_)); }
    void drop_contents() override { all_ = Value::missing(); }

protected:
    // What is more than the plain value of the content.
    virtual std::optional<Value> member(std::string_view) const { return std::nullopt; }
    const Json &content() const { return content_; }

private:
    const Value &all() {
        if (all_.is_missing()) all_ = to_value(content_);
        return all_;
    }

    std::string type_;
    Json content_;
    Value all_ = Value::missing();
};

// Its times are datetimes without a zone, in UTC; in to_dict() texts.
class Timing : public Record {
public:
    explicit Timing(const Json &content) : Record("TimingInfo", content) {}

protected:
    std::optional<Value> member(std::string_view name) const override {
        if (name != "started_at" && name != "completed_at") return std::nullopt;
        std::string text = content().value(std::string(name), "");
        if (text.ends_with('Z')) text.pop_back();
        return read_timestamp(text).value_or(Value());
    }
};

// What is not configured is none.
class Config : public Record {
public:
    explicit Config(const Json &content) : Record("config", content) {}
    std::optional<Value> item(const Value &key) override { return Record::item(key).value_or(Value()); }
};

// dbt's kinds and statuses are enumerations.
std::optional<Value> enumerated(const Json &content, const char *name) {
    if (!content.contains(name) || !content.at(name).is_string()) return std::nullopt;
    return Value(content.at(name).get<std::string>(), jinja::Marker::member);
}

class ResultNode : public Record {
public:
    explicit ResultNode(const Json &content) : Record("node", content) {}

protected:
    std::optional<Value> member(std::string_view name) const override {
        if (name == "resource_type") return enumerated(content(), "resource_type");
        if (name != "config" || !content().contains("config")) return std::nullopt;
        return Value(jinja::make<Config>(content().at("config")));
    }
};

class RunResult : public Record {
public:
    explicit RunResult(const Json &content) : Record("RunResult", content) {}

protected:
    std::optional<Value> member(std::string_view name) const override {
        if (name == "status") return enumerated(content(), "status");
        if (name == "skipped") return Value(content().at("status") == "skipped");
        if (name == "node" && content().at("node").is_object()) return Value(jinja::make<ResultNode>(content().at("node")));
        if (name != "timing") return std::nullopt;
        std::vector<Value> items;
        for (const Json &one : content().at("timing")) items.emplace_back(jinja::make<Timing>(one));
        return Value(std::move(items));
    }
};

}  // namespace

Value run_result_value(const Json &result) {
    return Value(jinja::make<RunResult>(result));
}

}  // namespace mesh::core::project
