#include "engine/session.h"

#include "pg/lock.h"
#include "pg/report.h"
#include "pg/storage.h"

extern "C" {
#include "tcop/utility.h"
}

namespace mesh::engine {

using core::Error;

namespace {

bool running = false;  // in this session

// Returns whether it had to wait. Domains are locked in the order of their names, so that two runs cannot wait for each other.
bool lock_domains(const std::set<std::string> &domains, bool wait) {
    bool waited = false;
    for (const std::string &domain : domains) {
        if (pg::lock_name("run " + domain, false)) continue;
        if (!wait)
            throw Error("55P03", "domain \"" + domain + "\" is being run by another session", "",
                        "Wait for it with wait => true, or see pg_stat_activity for a session whose application_name begins with \"mesh run\".");
        pg::notice("waiting for another run of domain \"" + domain + "\"");
        waited = true;
        (void)pg::lock_name("run " + domain, true);
    }
    return waited;
}

std::set<std::string> domains_of(const Selection &selection) {
    std::set<std::string> out;
    for (const std::string &id : selection.models) out.insert(selection.graph.find(id)->domain);
    return out;
}

}  // namespace

// What is locked before it is read needs to be read once only.
static void lock_ahead(Mesh &mesh, const Wanted &wanted, Oid caller, bool wait) {
    std::set<std::string> domains = domains_ahead(mesh, wanted);
    for (const std::string &domain : domains) require_run(mesh.domain(domain), caller);
    if (lock_domains(domains, wait)) mesh = Mesh();
    for (const std::string &domain : domains) (void)mesh.models_of(domain);
}

// In this order: who has written before the position and is not among the writers has ended, and the snapshot sees it.
Baseline take_baseline() {
    Baseline out;
    if (pg::has_old_snapshot()) return out;
    out.log = pg::log_position();
    out.written = pg::relations_being_written();
    return out;
}

void take_part_in_run() {
    running = true;
}

RunSession::RunSession(const std::string &command, const Json &vars) {
    std::string name = "mesh." + command + "()";
    const char *shown = name.c_str();
    pg::call([shown] {
        PreventCommandDuringRecovery(shown);
        PreventCommandIfReadOnly(shown);
    });
    if (running) throw Error("55000", "cannot execute " + name + " within a run", "", "A model or test of the run calls it: take it out of there.");
    std::string text = vars.dump();
    const char *value = text.c_str();
    guc_level_ = pg::call([value] {
        int level = NewGUCNestLevel();
        (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
        (void)set_config_option("mesh.vars", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
        return level;
    });
    running = true;  // last: only a session that was made whole is unmade
}

RunSession::~RunSession() {
    running = false;
}

Selection RunSession::start(Mesh &mesh, const Wanted &wanted, Oid caller, bool wait) {
    lock_ahead(mesh, wanted, caller, wait);
    Selection selection = select_wanted(mesh, wanted, caller);
    std::set<std::string> locked = domains_of(selection);
    while (lock_domains(locked, wait)) {
        mesh = Mesh();
        selection = select_wanted(mesh, wanted, caller);
        locked = domains_of(selection);
    }
    for (const std::string &domain : locked) (void)mesh.models_of(domain);
    baseline_ = take_baseline();
    snapshot_.emplace();
    return selection;
}

Selection RunSession::start_reading(Mesh &mesh, const Wanted &wanted, Oid caller) {
    Selection selection = select_wanted(mesh, wanted, caller);
    baseline_ = take_baseline();
    snapshot_.emplace();
    return selection;
}

void RunSession::end() {
    snapshot_->pop();
    int level = guc_level_;
    pg::call([level] { AtEOXact_GUC(false, level); });
}

}  // namespace mesh::engine
