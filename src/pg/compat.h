// Differences between PostgreSQL 15 and 18, in one place. Each wrapper has the newest signature.
#pragma once

#include "pg/pg.h"

extern "C" {
#include "commands/defrem.h"
#include "parser/parse_type.h"
}

namespace mesh::pg::compat {

// 16: the "missing_ok" flag became an error context.
inline void parse_type(const char *text, Oid *type, int32 *typmod) {
#if PG_VERSION_NUM >= 160000
    (void)parseTypeString(text, type, typmod, nullptr);
#else
    parseTypeString(text, type, typmod, false);
#endif
}

// 16: the tree walkers became macros over typed functions.
#if PG_VERSION_NUM >= 160000
#define MESH_WALKER(f) (f)
#else
#define MESH_WALKER(f) (reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(f)))
#endif

// 16: relfilenode became relfilelocator.
inline void assume_new_storage(Relation relation) {
#if PG_VERSION_NUM >= 160000
    RelationAssumeNewRelfilelocator(relation);
#else
    RelationAssumeNewRelfilenode(relation);
#endif
}

// 16 added total_parts; 17 and 18 kept it. With build false only the catalog entries are made.
inline Oid define_index(Oid relation, IndexStmt *stmt, bool build) {
#if PG_VERSION_NUM >= 160000
    return DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid, -1, false, false, false, !build, true).objectId;
#else
    return DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid, false, false, false, !build, true).objectId;
#endif
}

}  // namespace mesh::pg::compat
