// What all renderings of one parse or one invocation share, and the context that templates look names up in.
//
// Macros are parsed once and see whatever is rendered at the moment: their context is the session's, which answers from
// the running Frame.
#pragma once

#include <memory>
#include <set>
#include <unordered_map>

#include "core/project/base_context.h"
#include "core/project/batches.h"
#include "core/project/database.h"
#include "core/project/invocation.h"
#include "core/project/macro_table.h"
#include "core/project/parse_renderer.h"

namespace mesh::core::project {

enum class Phase {
    parse,      // execute is false; config, ref and source are recorded
    naming,     // generate_schema_name and its kin: execute is false, config is read
    run,        // execute is true
    operation,  // the same, for macros that no node runs: ref needs no depends_on
};

// One rendering: of a node, or of a macro for itself.
struct Frame {
    Phase phase = Phase::run;
    const Node *node = nullptr;
    const OtherResource *unit_test = nullptr;
    std::string package;                           // whose macros come first
    jinja::Ptr<jinja::Dict> extra = jinja::make<jinja::Dict>();  // variables before all others
    ParsedText *found = nullptr;                   // what a parse records
    std::map<std::string, jinja::Value> results;   // of statements; none: already loaded
    std::vector<std::string> ephemeral;            // unique ids of the ephemeral models it refers to, in order
    std::optional<std::string> compiled;           // the node's SQL, once it is known
    jinja::Ptr<jinja::Variables> base;
    jinja::Value model = jinja::Value::missing();  // made when asked for
    unsigned depth = 0;                            // macros that run
    bool free_refs = false;                        // an inline query: refs were not seen before

    bool execute() const { return phase == Phase::run || phase == Phase::operation; }
    // While dbt reads a generic test, its macros find those of every package; what is missing where it runs is the test's own error then.
    bool reads_generic_test() const;
};

class Session {
public:
    Session(const Manifest &manifest, const Settings &settings, Database *database);
    ~Session();
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    const Manifest &manifest() const { return manifest_; }
    const Settings &settings() const { return settings_; }
    bool has_database() const { return database_ != nullptr; }
    Database &database();  // also notes that the rendering asked it
    bool asked_database = false;

    MacroTable &macros();
    const jinja::Ptr<jinja::Context> &context() const { return context_; }
    const jinja::Ptr<jinja::Environment> &strict() const { return strict_; }
    const jinja::Ptr<jinja::Environment> &lenient() const { return lenient_; }
    Frame &frame() const;
    const Json &quoting() const { return quoting_; }  // of dbt_project.yml
    bool flag(const char *name) const;

    // The value of a variable for the running frame. With macros off: dbt's `builtins`.
    bool find(const std::string &name, jinja::Value &value, bool with_macros = true);
    // Every name it would find.
    std::vector<std::string> names();

    // Makes a frame the running one while it lives.
    class Entered {
    public:
        Entered(Session &session, Frame &frame);
        ~Entered();
        Entered(const Entered &) = delete;
        Entered &operator=(const Entered &) = delete;

    private:
        Session &session_;
        Frame *outer_;
    };

    // Counts a macro while it runs, and records the outermost one as called by the node.
    class Call {
    public:
        Call(Session &session, const MacroInfo &macro);
        ~Call() { --frame_.depth; }
        Call(const Call &) = delete;
        Call &operator=(const Call &) = delete;

    private:
        Frame &frame_;
    };

    // As long as it lives something is rendered: what templates make meanwhile is freed at its end, but what they put into `graph`.
    class Rendering {
    public:
        explicit Rendering(Session &session) : session_(session) {}
        ~Rendering() { session_.keep_graph(); }
        Rendering(const Rendering &) = delete;
        Rendering &operator=(const Rendering &) = delete;

    private:
        const jinja::Pool pool_;
        Session &session_;
    };

    // The text rendered in the running frame. A name is for errors.
    std::string render(const std::string &text, const std::string &name, unsigned first_line = 1);
    jinja::Value render_native(const std::string &text, const std::string &name);

    // As dbt's adapter.execute_macro: the macro that the root project sees, in a frame of its own.
    jinja::Value execute_macro(const std::string &name, jinja::Arguments &arguments);

    std::map<std::string, BatchRange> batches;  // by unique id
    std::vector<Json> results;                  // of finished nodes
    std::vector<std::string> selected;          // selected_resources
    Deferral deferral;
    std::function<std::string(const Node &)> seed_text;  // the CSV of a seed
    std::function<void()> load_rest;                     // of a manifest that is a part of its project
    std::map<std::string, std::string> finished;         // compiled SQL by unique id
    std::map<std::string, std::string> compiled;         // what ephemeral models rendered to, before others were put in

private:
    class Lookup;
    jinja::Ptr<jinja::Variables> base_for(const Frame &frame);
    std::optional<jinja::Value> member(const std::string &name);
    jinja::Value unit_test_this(Frame &now);
    std::optional<jinja::Value> node_member(const std::string &name);
    void keep_graph();
    jinja::Ptr<jinja::Dict> make_members();

    const Manifest &manifest_;
    const Settings &settings_;
    Database *database_;
    Json quoting_;
    Vars vars_;
    jinja::Ptr<jinja::Environment> strict_, lenient_;
    jinja::Ptr<jinja::Context> context_;
    jinja::Ptr<jinja::Dict> members_;
    std::map<std::string, jinja::Ptr<jinja::Variables>> bases_;
    std::unique_ptr<MacroTable> macros_;
    jinja::Value graph_ = jinja::Value::missing();
    bool graph_asked_ = false;  // in what is rendered now
    Frame *frame_ = nullptr;
};

}  // namespace mesh::core::project
