// Whose rights a piece of work has, and what happens to it when it fails.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Runs `f` with the rights of `role` and the given search_path, as a maintenance command does: SET ROLE and
// the like are refused inside. On an exception nothing is restored here: the (sub)transaction's abort does it.
struct RoleScope {
    Oid user;
    int context;
    int guc_level;
};
RoleScope enter_role(Oid role, const char *search_path, bool restricted);
void leave_role(const RoleScope &scope);

template <typename F>
auto as_role(Oid role, const std::string &search_path, F &&f) {
    RoleScope scope = enter_role(role, search_path.c_str(), true);
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
        f();
        leave_role(scope);
    } else {
        auto result = f();
        leave_role(scope);
        return result;
    }
}

// Within as_role: where a policy would hide rows of a table, the statement raises 42501 and does not go on without them.
void refuse_hidden_rows();

// While it lives, the transaction's statements cannot write, when `on`.
class ReadOnly {
public:
    explicit ReadOnly(bool on);
    ~ReadOnly();
    ReadOnly(const ReadOnly &) = delete;
    ReadOnly &operator=(const ReadOnly &) = delete;

private:
    bool before_;
};

// The role that owns the extension's schema: the only one that may write the registry.
Oid registry_owner();

// Runs `f` as the registry's owner with only pg_catalog in view.
template <typename F>
auto as_registry(F &&f) {
    RoleScope scope = enter_role(registry_owner(), "pg_catalog, pg_temp", false);
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
        f();
        leave_role(scope);
    } else {
        auto result = f();
        leave_role(scope);
        return result;
    }
}

// A subtransaction: what failed inside is rolled back and handed to the caller as an error, and the caller's
// transaction goes on. Returns nullptr when `f` succeeded. Cancel and shutdown are passed on, never swallowed.
struct SubTransaction {
    MemoryContext memory;
    ResourceOwner owner;
};
SubTransaction begin_subtransaction();
void commit_subtransaction(const SubTransaction &sub);
void rollback_subtransaction(const SubTransaction &sub);
bool must_pass_on(const ErrorData *error);
ErrorData *copy_error_into(MemoryContext memory, const ErrorData *error);

template <typename F>
ErrorData *try_in_subtransaction(F &&f) {
    SubTransaction sub = begin_subtransaction();
    ErrorData *error = nullptr;
    try {
        f();
        commit_subtransaction(sub);
        return nullptr;
    } catch (const ServerError &e) {
        error = e.data;
    } catch (const core::Error &e) {
        error = make_error(e);
    } catch (const std::exception &e) {
        error = make_error("XX000", e.what(), "", "");
    }
    ErrorData *kept = copy_error_into(sub.memory, error);
    rollback_subtransaction(sub);
    if (must_pass_on(kept)) throw ServerError{kept};
    return kept;
}

// A role's OID; raises 42704 with a hint when there is none. find_role returns InvalidOid instead.
Oid role_oid(const std::string &name);
Oid find_role(const std::string &name);
bool is_superuser(Oid role);
std::string role_name(Oid role);

// Does the caller hold the rights of `role` (member, or superuser)?
bool acts_for(Oid caller, Oid role);

// Everything that is read while it lives is read as of one moment: the snapshot is taken when it is made. On an exception
// the (sub)transaction's abort pops it. In REPEATABLE READ it is the transaction's.
struct SnapshotScope {
    SnapshotScope();
    void pop();
};

// Memory that one step of a long command needs: freed when the step is over. An exception's error may lie in it: then it is left to
// the memory around it.
class StepMemory {
    MemoryContext outer_, own_;
    int exceptions_;

public:
    StepMemory();
    ~StepMemory();
    StepMemory(const StepMemory &) = delete;
    StepMemory &operator=(const StepMemory &) = delete;
    MemoryContext outer() const { return outer_; }
};

}  // namespace mesh::pg
