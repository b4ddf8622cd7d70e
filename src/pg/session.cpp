#include "pg/session.h"

#include <exception>

#include "pg/spi.h"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_namespace.h"
}

namespace mesh::pg {

RoleScope enter_role(Oid role, const char *search_path, bool restricted) {
    RoleScope scope = {};
    call([&scope, role, search_path, restricted] {
        GetUserIdAndSecContext(&scope.user, &scope.context);
        int flags = SECURITY_LOCAL_USERID_CHANGE | (restricted ? SECURITY_RESTRICTED_OPERATION : 0);
        SetUserIdAndSecContext(role, scope.context | flags);
        scope.guc_level = NewGUCNestLevel();
        (void)set_config_option("search_path", search_path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    });
    return scope;
}

void leave_role(const RoleScope &scope) {
    call([&scope] {
        AtEOXact_GUC(false, scope.guc_level);
        SetUserIdAndSecContext(scope.user, scope.context);
    });
}

void refuse_hidden_rows() {
    call([] { (void)set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false); });
}

Oid registry_owner() {
    return call([] {
        HeapTuple tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum("mesh"));
        if (!HeapTupleIsValid(tuple)) ereport(ERROR, (errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("extension \"mesh\" is not installed in this database")));
        Oid owner = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple))->nspowner;
        ReleaseSysCache(tuple);
        return owner;
    });
}

SubTransaction begin_subtransaction() {
    SubTransaction sub = {CurrentMemoryContext, CurrentResourceOwner};
    call([] { BeginInternalSubTransaction(nullptr); });
    MemoryContextSwitchTo(sub.memory);
    return sub;
}

void commit_subtransaction(const SubTransaction &sub) {
    call([] { ReleaseCurrentSubTransaction(); });
    MemoryContextSwitchTo(sub.memory);
    CurrentResourceOwner = sub.owner;
}

void rollback_subtransaction(const SubTransaction &sub) {
    call([] { RollbackAndReleaseCurrentSubTransaction(); });
    MemoryContextSwitchTo(sub.memory);
    CurrentResourceOwner = sub.owner;
}

bool must_pass_on(const ErrorData *error) {
    return error->sqlerrcode == ERRCODE_QUERY_CANCELED || error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN ||
           error->sqlerrcode == ERRCODE_CRASH_SHUTDOWN || error->elevel > ERROR;
}

ErrorData *copy_error_into(MemoryContext memory, const ErrorData *error) {
    return call([=] {
        MemoryContext inner = MemoryContextSwitchTo(memory);
        ErrorData *copy = copy_error(error);
        MemoryContextSwitchTo(inner);
        return copy;
    });
}

Oid find_role(const std::string &name) {
    const char *text = name.c_str();
    return call([text] { return get_role_oid(text, true); });
}

bool is_superuser(Oid role) {
    return call([role] { return superuser_arg(role); });
}

Oid role_oid(const std::string &name) {
    Oid role = find_role(name);
    if (!OidIsValid(role))
        throw core::Error("42704", "role \"" + name + "\" does not exist", "",
                          "Create it first: CREATE ROLE " + quote_ident(name) + ".");
    return role;
}

std::string role_name(Oid role) {
    return call([role] { return GetUserNameFromId(role, false); });
}

SnapshotScope::SnapshotScope() {
    call([] { PushCopiedSnapshot(GetTransactionSnapshot()); });
}

void SnapshotScope::pop() {
    call([] { PopActiveSnapshot(); });
}

StepMemory::StepMemory() : outer_(CurrentMemoryContext), exceptions_(std::uncaught_exceptions()) {
    own_ = call([] { return AllocSetContextCreate(CurrentMemoryContext, "mesh step", ALLOCSET_DEFAULT_SIZES); });
    MemoryContextSwitchTo(own_);
}

StepMemory::~StepMemory() {
    MemoryContextSwitchTo(outer_);
    if (std::uncaught_exceptions() == exceptions_) MemoryContextDelete(own_);
}

bool acts_for(Oid caller, Oid role) {
    return call([caller, role] { return has_privs_of_role(caller, role); });
}

ReadOnly::ReadOnly(bool on) : before_(XactReadOnly) {
    XactReadOnly = XactReadOnly || on;
}

ReadOnly::~ReadOnly() {
    XactReadOnly = before_;
}

}  // namespace mesh::pg
