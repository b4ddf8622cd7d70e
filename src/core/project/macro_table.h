// The macros of a manifest as templates call them, and whose macro a name means.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "core/jinja/template.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

class Session;

// A macro that is parsed when it is first called; all callers share one module.
class MacroFunction : public jinja::Object {
public:
    MacroFunction(const MacroInfo &info, Session &session) : info_(info), session_(session) {}

    const MacroInfo &info() const { return info_; }
    std::string type_name() const override { return "MacroGenerator"; }
    std::string repr() const override { return "<macro " + info_.unique_id + ">"; }
    bool callable() const override { return true; }
    jinja::Value call(jinja::Arguments &arguments) override;
    std::optional<jinja::Value> attribute(std::string_view name) override;
    void drop_contents() override { module_.reset(); }

private:
    const jinja::Module &module();

    const MacroInfo &info_;
    Session &session_;
    std::unique_ptr<jinja::Module> module_;
    std::string export_name_;
};

class MacroTable {
public:
    MacroTable(const Manifest &manifest, Session &session);
    ~MacroTable();

    // What a template of the package sees: its own macros, the root project's, the packages by name, then dbt's.
    const jinja::Ptr<jinja::Dict> &visible(const std::string &package);
    // missing when there is none.
    jinja::Value by_id(const std::string &unique_id) const;
    // As adapter.dispatch looks: in a package ("dbt" means all built-in ones), or without one wherever `from` sees it.
    jinja::Value in_package(const std::string &package, const std::string &name) const;
    jinja::Value visible_macro(const std::string &from, const std::string &name);
    // Whose macros the macro sees first when it is called for itself, by run-operation or for a node's name: its own package's.
    std::string seen_from(const jinja::Value &macro) const;
    // Of any package that is not built in.
    jinja::Value anywhere(const std::string &name) const;
    // Was the macro that `from` sees by this name written by the project or a package of it?
    bool overridden(const std::string &name);
    std::vector<std::string> names(const std::string &package);

private:
    using Package = jinja::Ptr<jinja::Dict>;
    void add(const MacroInfo &info);

    const Manifest &manifest_;
    Session &session_;
    std::unordered_map<std::string, jinja::Value> by_id_;
    std::map<std::string, Package> packages_;  // without the built-in ones
    Package builtin_;                          // dbt_postgres' before dbt's
    std::map<std::string, Package> visible_;
};

// "dbt" or "dbt_postgres"
bool is_builtin_package(const std::string &name);

// The file as errors name it: with its package's root before it.
std::string file_of(const Manifest &manifest, const std::string &package, const std::string &original_file_path);

}  // namespace mesh::core::project
