#include "core/plan/state.h"

namespace mesh::core::plan {

namespace {

// A state is a line of fields for itself, one for what was built and one for each input; a run reads as many as it has models.
constexpr const char *kVersion = "mesh 1";

// Fields end with a tab, lines with a line feed: neither stands in a field, nor does what marks them.
void add_field(std::string &out, const std::string &text) {
    for (char c : text) {
        if (c == '\t') out += "\\t";
        else if (c == '\n') out += "\\n";
        else if (c == '\\') out += "\\\\";
        else out += c;
    }
    out += '\t';
}

void add_field(std::string &out, uint64_t number) {
    out += std::to_string(number) + '\t';
}

class Fields {
public:
    explicit Fields(const std::string &text) : text_(text) {}

    std::string text() {
        std::string out;
        while (at_ < text_.size() && text_[at_] != '\t') {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                char c = text_[++at_];
                out += c == 't' ? '\t' : c == 'n' ? '\n' : c;
            } else {
                out += text_[at_];
            }
            at_++;
        }
        if (at_ >= text_.size()) broken_ = true;
        at_++;
        return out;
    }

    uint64_t number() {
        std::string digits = text();
        if (digits.empty() || digits.size() > 19 || digits.find_first_not_of("0123456789") != std::string::npos) broken_ = true;
        return broken_ ? 0 : std::stoull(digits);
    }

    void end_of_line() {
        if (at_ >= text_.size() || text_[at_] != '\n') broken_ = true;
        at_++;
    }

    bool at_end() const { return at_ >= text_.size(); }
    bool broken() const { return broken_; }

private:
    const std::string &text_;
    size_t at_ = 0;
    bool broken_ = false;
};

void add_relation(std::string &out, const RelationState &state) {
    for (const std::string *text : {&state.schema, &state.name, &state.identity, &state.shape, &state.unknown}) add_field(out, *text);
    add_field(out, state.blocks);
    add_field(out, state.log);
    add_field(out, state.rows ? std::to_string(*state.rows) : "");
    add_field(out, state.horizon);
    add_field(out, state.writers.size());
    for (uint64_t writer : state.writers) add_field(out, writer);
    out += '\n';
}

RelationState read_relation(Fields &in) {
    RelationState out;
    for (std::string *text : {&out.schema, &out.name, &out.identity, &out.shape, &out.unknown}) *text = in.text();
    out.blocks = static_cast<uint32_t>(in.number());
    out.log = in.number();
    std::string rows = in.text();
    if (!rows.empty() && rows.size() < 20 && rows.find_first_not_of("0123456789") == std::string::npos) out.rows = std::stoull(rows);
    out.horizon = in.number();
    for (uint64_t count = in.number(); count > 0 && !in.broken(); count--) out.writers.push_back(in.number());
    in.end_of_line();
    return out;
}

// What happened to something that the model reads.
std::string input_reason(const RelationState &input, Rows rows) {
    std::string name = input.full_name();
    switch (rows) {
        case Rows::changed: return name + " changed";
        case Rows::replaced: return name + " was replaced or rewritten";
        case Rows::gone: return name + " is gone";
        case Rows::locked: return name + " is being changed by another session";
        case Rows::unknown: return "whether " + name + " changed cannot be known" + (input.unknown.empty() ? "" : ": " + input.unknown);
        default: return "";
    }
}

// What happened to the model's own relation.
std::string own_reason(const RelationState &own, Rows rows) {
    std::string name = own.full_name();
    switch (rows) {
        case Rows::changed: return "the rows of " + name + " were changed by hand";
        case Rows::replaced: return name + " was replaced or rewritten by hand";
        case Rows::reshaped: return "the columns or indexes of " + name + " were changed by hand";
        case Rows::gone: return name + " is gone";
        case Rows::locked: return name + " is being changed by another session";
        case Rows::unknown: return "whether " + name + " was changed by hand cannot be known" + (own.unknown.empty() ? "" : ": " + own.unknown);
        default: return "";
    }
}

// What differs between then and now before any relation is looked at.
std::string difference(const BuildState &then, const Present &now) {
    if (then.definition != now.definition) return kDefinitionChanged;
    if (then.configuration != now.configuration) return "configuration changed";
    if (then.circumstances != now.circumstances) return "session settings, variables or functions that it depends on changed";
    return "";
}

Verdict judge_relations(const BuildState &then, Eyes &eyes) {
    Verdict out;
    for (const RelationState &input : then.inputs) {
        Rows rows = input.unknown.empty() ? eyes.look(input) : Rows::unknown;
        if (std::string why = input_reason(input, rows); !why.empty()) return {Change::stale, why};
        out.look_again = out.look_again || rows != Rows::same;
    }
    if (then.own.name.empty()) return out;
    Rows rows = then.own.unknown.empty() ? eyes.look(then.own) : Rows::unknown;
    if (rows == Rows::changed && !then.own.rows) rows = Rows::unknown;  // its pages are newer, and its rows were not counted
    if (std::string why = own_reason(then.own, rows); !why.empty()) return {Change::changed, why, true};
    out.look_again = out.look_again || rows != Rows::same;
    return out;
}

}  // namespace

std::string to_text(const BuildState &state) {
    std::string out;
    for (const std::string &text : {std::string(kVersion), state.definition, state.configuration, state.depends, state.circumstances, state.never}) add_field(out, text);
    add_field(out, state.settled ? 1 : 0);
    add_field(out, state.log);
    add_field(out, static_cast<uint64_t>(state.run_id));
    add_field(out, state.built_at);
    add_field(out, state.inputs.size());
    out += '\n';
    add_relation(out, state.own);
    for (const RelationState &input : state.inputs) add_relation(out, input);
    return out;
}

std::optional<BuildState> state_from_text(const std::string &text) {
    Fields in(text);
    if (in.text() != kVersion) return std::nullopt;
    BuildState out;
    for (std::string *field : {&out.definition, &out.configuration, &out.depends, &out.circumstances, &out.never}) *field = in.text();
    out.settled = in.number() == 1;
    out.log = in.number();
    out.run_id = static_cast<int64_t>(in.number());
    out.built_at = in.text();
    uint64_t inputs = in.number();
    in.end_of_line();
    out.own = read_relation(in);
    while (!in.at_end() && !in.broken()) out.inputs.push_back(read_relation(in));
    return in.broken() || out.inputs.size() != inputs ? std::nullopt : std::optional(std::move(out));
}

std::string_view change_name(Change change) {
    switch (change) {
        case Change::created: return "new";
        case Change::changed: return "changed";
        case Change::stale: return "stale";
        default: return "unchanged";
    }
}

Verdict judge(const std::optional<BuildState> &then, const Present &now, Eyes &eyes) {
    if (!now.exists) return {Change::created, "new"};
    if (!then) return {Change::changed, "what it was built from is not known"};
    if (std::string why = difference(*then, now); !why.empty()) return {Change::changed, why};
    if (!now.rebuilt_upstream.empty()) return {Change::stale, "upstream rebuilt: " + now.rebuilt_upstream};
    if (!now.never.empty()) return {Change::stale, now.never};
    if (!then->never.empty()) return {Change::stale, then->never};
    Verdict out = judge_relations(*then, eyes);
    if (out.change == Change::unchanged && !then->settled) return {Change::stale, "its last run wrote rows, and running it again may write more"};
    return out;
}

}  // namespace mesh::core::plan
