#include "pg/own_locks.h"

#include "pg/compat.h"
#include "pg/spi.h"

extern "C" {
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_type.h"
#include "rewrite/prs2lock.h"
#include "storage/lock.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace mesh::pg {

struct PartLocks {
    List *tags;  // LOCKTAG *
    List *held;  // of each: the modes that were held, as bits
};

namespace {

List *with_tag(List *tags, const LOCKTAG &tag) {
    auto *copy = static_cast<LOCKTAG *>(palloc(sizeof(LOCKTAG)));
    *copy = tag;
    return lappend(tags, copy);
}

List *with_relation(List *tags, Oid relation) {
    LOCKTAG tag;
    SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
    return with_tag(tags, tag);
}

List *with_object(List *tags, Oid catalog, Oid object) {
    if (!OidIsValid(object)) return tags;
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, catalog, object, 0);
    return with_tag(tags, tag);
}

List *with_rules(List *tags, const RuleLock *rules) {
    for (int i = 0; rules != nullptr && i < rules->numLocks; i++) tags = with_object(tags, RewriteRelationId, rules->rules[i]->ruleId);
    return tags;
}

List *with_indexes(List *tags, Relation rel) {
    ListCell *cell;
    foreach (cell, RelationGetIndexList(rel)) tags = with_relation(tags, lfirst_oid(cell));
    return tags;
}

List *with_toast(List *tags, Oid toast) {
    if (!OidIsValid(toast)) return tags;
    Relation rel = table_open(toast, AccessShareLock);
    tags = with_indexes(with_relation(tags, toast), rel);
    table_close(rel, AccessShareLock);
    return tags;
}

List *part_tags(Relation rel) {
    Oid type = rel->rd_rel->reltype;
    List *tags = with_rules(with_object(NIL, TypeRelationId, type), rel->rd_rules);
    if (OidIsValid(type)) tags = with_object(tags, TypeRelationId, get_array_type(type));
    return with_toast(with_indexes(tags, rel), rel->rd_rel->reltoastrelid);
}

int held_modes(const LOCKTAG *tag) {
    int modes = 0;
    for (LOCKMODE mode = AccessShareLock; mode <= AccessExclusiveLock; mode++)
        if (compat::holds_lock(tag, mode)) modes |= LOCKBIT_ON(mode);
    return modes;
}

// A mode may be held more than once.
void release(const LOCKTAG *tag, int modes) {
    for (LOCKMODE mode = AccessShareLock; mode <= AccessExclusiveLock; mode++)
        while ((modes & LOCKBIT_ON(mode)) != 0 && compat::holds_lock(tag, mode))
            if (!LockRelease(tag, mode, false)) return;
}

void release_all(List *tags) {
    ListCell *cell;
    foreach (cell, tags) release(static_cast<LOCKTAG *>(lfirst(cell)), held_modes(static_cast<LOCKTAG *>(lfirst(cell))));
}

// The locks of what this very (sub)transaction has made are all its own; those of what an earlier one has made belong to the one around both.
List *tags_of_own(Oid relation, bool itself) {
    Relation rel = try_relation_open(relation, AccessShareLock);
    List *tags = NIL;
    if (rel == nullptr) return tags;
    if (rel->rd_createSubid == GetCurrentSubTransactionId()) tags = part_tags(rel);
    if (tags != NIL && itself) tags = with_relation(tags, relation);
    relation_close(rel, AccessShareLock);
    return tags;
}

}  // namespace

void release_parts(Oid relation) {
    call([=] { release_all(tags_of_own(relation, false)); });
}

void drop_own(Oid relation, const std::string &sql) {
    List *tags = call([=] { return tags_of_own(relation, true); });
    PartLocks *locks = tags != NIL ? nullptr : call([=] { return note_part_locks(relation); });
    execute(sql);
    call([=] {
        release_all(tags);
        release_since(locks);
    });
}

PartLocks *note_part_locks(Oid relation) {
    Relation rel = try_relation_open(relation, AccessShareLock);
    PartLocks *locks = nullptr;
    if (rel == nullptr) return locks;
    if (rel->rd_createSubid != InvalidSubTransactionId) {
        locks = static_cast<PartLocks *>(palloc(sizeof(PartLocks)));
        *locks = {part_tags(rel), NIL};
        ListCell *cell;
        foreach (cell, locks->tags) locks->held = lappend_int(locks->held, held_modes(static_cast<LOCKTAG *>(lfirst(cell))));
    }
    relation_close(rel, AccessShareLock);
    return locks;
}

void release_since(PartLocks *locks) {
    if (locks == nullptr) return;
    ListCell *tag, *held;
    forboth (tag, locks->tags, held, locks->held) release(static_cast<LOCKTAG *>(lfirst(tag)), ~lfirst_int(held));
}

}  // namespace mesh::pg
