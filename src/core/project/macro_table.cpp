#include "core/project/macro_table.h"

#include <algorithm>

#include "core/project/session.h"

namespace mesh::core::project {

using jinja::Value;

bool is_builtin_package(const std::string &name) {
    return name == "dbt" || name == "dbt_postgres";
}

std::string file_of(const Manifest &manifest, const std::string &package, const std::string &original_file_path) {
    if (is_builtin_package(package)) return package + "/" + original_file_path;
    for (const Package &one : manifest.packages)
        if (one.name == package) return one.root + original_file_path;
    return original_file_path;
}

Value MacroFunction::call(jinja::Arguments &arguments) {
    const Session::Call running(session_, info_);
    return module().call(export_name_, arguments);
}

const jinja::Module &MacroFunction::module() {
    if (module_) return *module_;
    const jinja::Unpooled kept;
    const std::string file = file_of(session_.manifest(), info_.package_name, info_.original_file_path);
    auto source = jinja::Template::parse(info_.macro_sql, file, {.first_line = info_.line});
    for (const jinja::BlockInfo &block : source->blocks()) export_name_ = block.export_name;
    module_ = std::make_unique<jinja::Module>(source, session_.context(), session_.strict());
    return *module_;
}

std::optional<Value> MacroFunction::attribute(std::string_view name) {
    if (name == "name") return Value(info_.name);
    if (name == "get_name") {
        return jinja::make_function("get_name", [called = info_.name](jinja::Arguments &) { return Value(called); });
    }
    return std::nullopt;
}

MacroTable::MacroTable(const Manifest &manifest, Session &session)
    : manifest_(manifest), session_(session) {
    const jinja::Unpooled kept;
    builtin_ = jinja::make<jinja::Dict>();
    for (const char *package : {"dbt", "dbt_postgres"})  // the later one wins
        for (const auto &[id, info] : manifest.macros)
            if (info.package_name == package) add(info);
    for (const auto &[id, info] : manifest.macros)
        if (!is_builtin_package(info.package_name)) add(info);
}

MacroTable::~MacroTable() {
    for (auto &[id, macro] : by_id_) macro.object().drop_contents();
}

void MacroTable::add(const MacroInfo &info) {
    const Value macro(jinja::make<MacroFunction>(info, session_));
    by_id_.emplace(info.unique_id, macro);
    if (is_builtin_package(info.package_name)) {
        builtin_->set(Value(info.name), macro);
        return;
    }
    Package &package = packages_[info.package_name];
    if (!package) package = jinja::make<jinja::Dict>();
    package->set(Value(info.name), macro);
}

const jinja::Ptr<jinja::Dict> &MacroTable::visible(const std::string &from) {
    Package &made = visible_[from];
    if (made) return made;
    const jinja::Unpooled kept;
    made = builtin_->copy();
    made->set(Value("dbt"), Value(builtin_));
    for (const auto &[name, macros] : packages_) made->set(Value(name), Value(macros));
    for (const std::string &package : {manifest_.project_name, from}) {
        const auto at = packages_.find(package);
        if (at == packages_.end()) continue;
        for (std::size_t place = 0; const auto *entry = at->second->next(place); ++place)
            made->set(entry->key, entry->value);
    }
    return made;
}

Value MacroTable::by_id(const std::string &unique_id) const {
    const auto at = by_id_.find(unique_id);
    return at == by_id_.end() ? Value::missing() : at->second;
}

Value MacroTable::in_package(const std::string &package, const std::string &name) const {
    const Package *macros = &builtin_;
    if (package != "dbt") {
        const auto at = packages_.find(package);
        if (at == packages_.end()) return Value::missing();
        macros = &at->second;
    }
    const Value *found = (*macros)->find(std::string_view(name));
    return found ? *found : Value::missing();
}

Value MacroTable::visible_macro(const std::string &from, const std::string &name) {
    const Value *found = visible(from)->find(std::string_view(name));
    return found && found->object_as<MacroFunction>() ? *found : Value::missing();
}

std::string MacroTable::seen_from(const Value &macro) const {
    const auto *function = macro.is_missing() ? nullptr : macro.object_as<MacroFunction>();
    return function && !is_builtin_package(function->info().package_name) ? function->info().package_name : manifest_.project_name;
}

Value MacroTable::anywhere(const std::string &name) const {
    for (const auto &[package, macros] : packages_)
        if (const Value *found = macros->find(std::string_view(name))) return *found;
    return Value::missing();
}

bool MacroTable::overridden(const std::string &name) {
    const Value found = visible_macro(manifest_.project_name, name);
    const auto *macro = found.is_missing() ? nullptr : found.object_as<MacroFunction>();
    return macro && !is_builtin_package(macro->info().package_name);
}

std::vector<std::string> MacroTable::names(const std::string &package) {
    std::vector<std::string> all;
    const auto &macros = visible(package);
    for (std::size_t place = 0; const auto *entry = macros->next(place); ++place) all.push_back(entry->key.text());
    return all;
}

}  // namespace mesh::core::project
