#include "pg/script.h"

#include <algorithm>

#include "pg/compat.h"
#include "pg/raw_body.h"
#include "pg/spi.h"

extern "C" {
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "parser/parser.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
}

namespace mesh::pg {

namespace {

struct FoundName {
    const char *schema, *name;
    int at;
    bool takes_alias;
};

struct NameList {
    FoundName *items;
    int count, room;
};

void add(NameList *list, const RangeVar *range, bool takes_alias) {
    if (range == nullptr || range->schemaname == nullptr || range->location < 0) return;
    if (list->count == list->room) {
        list->room = Max(8, list->room * 2);
        auto *grown = static_cast<FoundName *>(palloc(sizeof(FoundName) * list->room));
        if (list->count > 0) memcpy(grown, list->items, sizeof(FoundName) * list->count);
        list->items = grown;
    }
    list->items[list->count++] = {range->schemaname, range->relname, range->location, takes_alias && range->alias == nullptr};
}

bool query_walker(Node *node, NameList *list) {
    if (node == nullptr) return false;
    check_stack_depth();
    if (IsA(node, RangeVar)) {
        add(list, reinterpret_cast<RangeVar *>(node), true);
        return false;
    }
    if (IsA(node, SelectStmt) && reinterpret_cast<SelectStmt *>(node)->intoClause != nullptr)
        add(list, reinterpret_cast<SelectStmt *>(node)->intoClause->rel, false);
    return raw_expression_tree_walker(node, MESH_WALKER(query_walker), list);
}

void add_all(NameList *list, const List *ranges) {
    ListCell *cell;
    foreach (cell, ranges) {
        Node *item = static_cast<Node *>(lfirst(cell));
        if (IsA(item, RangeVar)) add(list, reinterpret_cast<RangeVar *>(item), false);
        if (IsA(item, VacuumRelation)) add(list, reinterpret_cast<VacuumRelation *>(item)->relation, false);
    }
}

// The relations of statements that the tree walker does not know.
void utility_names(Node *node, NameList *list) {
    switch (nodeTag(node)) {
        case T_CreateTableAsStmt: query_walker(reinterpret_cast<CreateTableAsStmt *>(node)->query, list); break;
        case T_ViewStmt: query_walker(reinterpret_cast<ViewStmt *>(node)->query, list); break;
        case T_ExplainStmt: query_walker(reinterpret_cast<ExplainStmt *>(node)->query, list); break;
        case T_CopyStmt:
            add(list, reinterpret_cast<CopyStmt *>(node)->relation, false);
            query_walker(reinterpret_cast<CopyStmt *>(node)->query, list);
            break;
        case T_IndexStmt: add(list, reinterpret_cast<IndexStmt *>(node)->relation, false); break;
        case T_AlterTableStmt: add(list, reinterpret_cast<AlterTableStmt *>(node)->relation, false); break;
        case T_RenameStmt: add(list, reinterpret_cast<RenameStmt *>(node)->relation, false); break;
        case T_CreateTrigStmt: add(list, reinterpret_cast<CreateTrigStmt *>(node)->relation, false); break;
        case T_RuleStmt: add(list, reinterpret_cast<RuleStmt *>(node)->relation, false); break;
        case T_CreatePolicyStmt: add(list, reinterpret_cast<CreatePolicyStmt *>(node)->table, false); break;
        case T_TruncateStmt: add_all(list, reinterpret_cast<TruncateStmt *>(node)->relations); break;
        case T_LockStmt: add_all(list, reinterpret_cast<LockStmt *>(node)->relations); break;
        case T_VacuumStmt: add_all(list, reinterpret_cast<VacuumStmt *>(node)->rels); break;
        case T_GrantStmt: add_all(list, reinterpret_cast<GrantStmt *>(node)->objects); break;
        case T_CreateStatsStmt: add_all(list, reinterpret_cast<CreateStatsStmt *>(node)->relations); break;
        default: break;
    }
}

ScriptStatement::Kind kind_of(const Node *node) {
    switch (nodeTag(node)) {
        case T_SelectStmt:
            return reinterpret_cast<const SelectStmt *>(node)->intoClause == nullptr ? ScriptStatement::Kind::query : ScriptStatement::Kind::change;
        case T_ExplainStmt:
        case T_VariableShowStmt: return ScriptStatement::Kind::query;
        case T_InsertStmt:
        case T_UpdateStmt:
        case T_DeleteStmt:
        case T_MergeStmt:
        case T_CreateTableAsStmt: return ScriptStatement::Kind::change;
        case T_TransactionStmt: return ScriptStatement::Kind::transaction;
        case T_VacuumStmt: return reinterpret_cast<const VacuumStmt *>(node)->is_vacuumcmd ? ScriptStatement::Kind::vacuum : ScriptStatement::Kind::utility;
        default: return ScriptStatement::Kind::utility;
    }
}

// The ANALYZE that VACUUM does too, "" when it does none.
const char *analyze_of(const Node *node) {
    auto *vacuum = reinterpret_cast<const VacuumStmt *>(node);
    bool analyzes = false;
    ListCell *cell;
    foreach (cell, vacuum->options) {
        auto *option = lfirst_node(DefElem, cell);
        if (strcmp(option->defname, "analyze") == 0) analyzes = defGetBoolean(option);
    }
    if (!analyzes) return "";
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfoString(&out, "analyze");
    foreach (cell, vacuum->rels) {
        auto *range = lfirst_node(VacuumRelation, cell)->relation;
        appendStringInfo(&out, "%s %s", out.len > 7 ? "," : "", quote_qualified_identifier(range->schemaname, range->relname));
    }
    return out.data;
}

// The relation that a COMMENT is about, also through one of its columns.
RangeVar *commented(const CommentStmt *comment) {
    List *name = nullptr;
    switch (comment->objtype) {
        case OBJECT_TABLE:
        case OBJECT_VIEW:
        case OBJECT_MATVIEW: name = reinterpret_cast<List *>(comment->object); break;
        case OBJECT_COLUMN:
            name = list_copy(reinterpret_cast<List *>(comment->object));
            name = list_truncate(name, list_length(name) - 1);
            break;
        default: break;
    }
    return list_length(name) > 1 && list_length(name) < 4 ? makeRangeVarFromNameList(name) : nullptr;
}

// Of a DROP of one thing.
List *dropped(const Node *node) {
    if (!IsA(node, DropStmt)) return nullptr;
    auto *drop = reinterpret_cast<const DropStmt *>(node);
    bool known = drop->removeType == OBJECT_INDEX || drop->removeType == OBJECT_POLICY || drop->removeType == OBJECT_RULE || drop->removeType == OBJECT_TRIGGER;
    return known && list_length(drop->objects) == 1 ? linitial_node(List, drop->objects) : nullptr;
}

RangeVar *dropped_from(const Node *node) {
    List *name = dropped(node);
    int length = list_length(name) - (name == nullptr || reinterpret_cast<const DropStmt *>(node)->removeType == OBJECT_INDEX ? 0 : 1);
    return length > 1 && length < 4 ? makeRangeVarFromNameList(list_truncate(list_copy(name), length)) : nullptr;
}

const char *part_of(const Node *node) {
    if (List *name = dropped(node); name != nullptr) return strVal(llast(name));
    const char *name = nullptr;
    switch (nodeTag(node)) {
        case T_IndexStmt: name = reinterpret_cast<const IndexStmt *>(node)->idxname; break;
        case T_CreatePolicyStmt: name = reinterpret_cast<const CreatePolicyStmt *>(node)->policy_name; break;
        case T_CreateTrigStmt: name = reinterpret_cast<const CreateTrigStmt *>(node)->trigname; break;
        case T_RuleStmt: name = reinterpret_cast<const RuleStmt *>(node)->rulename; break;
        default: break;
    }
    return name == nullptr ? "" : name;
}

// What the first foreign key that it adds refers to.
RangeVar *referred(const AlterTableStmt *alter) {
    ListCell *cell;
    foreach (cell, alter->cmds) {
        auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_AddConstraint) continue;
        auto *constraint = reinterpret_cast<const Constraint *>(command->def);
        if (constraint->contype == CONSTR_FOREIGN) return constraint->pktable;
    }
    return nullptr;
}

RangeVar *about(Node *node) {
    switch (nodeTag(node)) {
        case T_AlterTableStmt: return referred(reinterpret_cast<AlterTableStmt *>(node));
        case T_DropStmt: return dropped_from(node);
        case T_CommentStmt: return commented(reinterpret_cast<CommentStmt *>(node));
        case T_ViewStmt: return reinterpret_cast<ViewStmt *>(node)->view;
        case T_CreateTableAsStmt: return reinterpret_cast<CreateTableAsStmt *>(node)->into->rel;
        default: return nullptr;
    }
}

bool is_serial(const TypeName *type) {
    if (list_length(type->names) != 1) return false;
    static const char *const names[] = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"};
    return std::ranges::any_of(names, [&](const char *name) { return strcmp(strVal(linitial(type->names)), name) == 0; });
}

bool constraint_ties(const Node *constraint) {
    ConstrType type = reinterpret_cast<const Constraint *>(constraint)->contype;
    return type == CONSTR_FOREIGN || type == CONSTR_IDENTITY || type == CONSTR_GENERATED;
}

// Does it make the table depend on something else, or a column that nobody can fill?
bool command_ties(const AlterTableCmd *command) {
    ListCell *cell;
    if (command->subtype == AT_AddConstraint) return constraint_ties(command->def);
    if (command->subtype == AT_AddInherit || command->subtype == AT_AttachPartition || command->subtype == AT_AddIdentity || command->subtype == AT_AddOf) return true;
    if (command->subtype != AT_AddColumn) return false;
    auto *column = reinterpret_cast<const ColumnDef *>(command->def);
    if (is_serial(column->typeName)) return true;
    foreach (cell, column->constraints)
        if (constraint_ties(static_cast<const Node *>(lfirst(cell)))) return true;
    return false;
}

bool ties(const Node *node) {
    if (!IsA(node, AlterTableStmt)) return false;
    ListCell *cell;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(node)->cmds)
        if (command_ties(lfirst_node(AlterTableCmd, cell))) return true;
    return false;
}

ScriptStatement::Columns columns_after(const Node *node) {
    using Columns = ScriptStatement::Columns;
    if (IsA(node, RenameStmt)) {
        auto *rename = reinterpret_cast<const RenameStmt *>(node);
        bool of_table = rename->relationType == OBJECT_TABLE || rename->relationType == OBJECT_VIEW;
        return rename->renameType == OBJECT_COLUMN && of_table ? Columns::are_moved : Columns::stay;
    }
    if (!IsA(node, AlterTableStmt) || ties(node)) return Columns::stay;
    Columns out = Columns::stay;
    ListCell *cell;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(node)->cmds) {
        AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
        if (type == AT_DropColumn) return Columns::are_moved;
        if (type == AT_AddColumn || type == AT_AlterColumnType) out = Columns::are_added;
    }
    return out;
}

struct FoundStatement {
    ScriptStatement::Kind kind;
    ScriptStatement::Columns columns;
    bool is_tied;
    int begin, end;  // end 0: to the end of the text
    const char *tag;
    const char *analyze;
    const char *part;
    NameList names;
    RangeVar *about;
};

struct FoundScript {
    FoundStatement *items;
    int count;
};

FoundScript find_statements(const char *text) {
    List *parsed = raw_parser(text, RAW_PARSE_DEFAULT);
    FoundScript out = {static_cast<FoundStatement *>(palloc0(sizeof(FoundStatement) * (list_length(parsed) + 1))), 0};
    ListCell *cell;
    foreach (cell, parsed) {
        auto *raw = lfirst_node(RawStmt, cell);
        FoundStatement *found = &out.items[out.count++];
        found->kind = kind_of(raw->stmt);
        found->begin = raw->stmt_location;
        found->end = raw->stmt_len > 0 ? raw->stmt_location + raw->stmt_len : 0;
        found->tag = CreateCommandName(raw->stmt);
        found->about = about(raw->stmt);
        found->part = part_of(raw->stmt);
        found->columns = columns_after(raw->stmt);
        found->is_tied = ties(raw->stmt);
        found->analyze = found->kind == ScriptStatement::Kind::vacuum ? analyze_of(raw->stmt) : "";
        bool data = found->kind == ScriptStatement::Kind::query || found->kind == ScriptStatement::Kind::change;
        if (data && !IsA(raw->stmt, CreateTableAsStmt) && !IsA(raw->stmt, ExplainStmt) && !IsA(raw->stmt, VariableShowStmt))
            query_walker(raw->stmt, &found->names);
        else
            utility_names(raw->stmt, &found->names);
    }
    return out;
}

}  // namespace

std::vector<ScriptStatement> parse_script(const std::string &text) {
    const NoNotices quiet;
    std::vector<ScriptStatement> out;
    const char *source = text.c_str();
    FoundScript script = with_position(text, [&] { return call([source] { return find_statements(source); }); });
    for (int i = 0; i < script.count; i++) {
        const FoundStatement &found = script.items[i];
        ScriptStatement statement;
        statement.kind = found.kind;
        statement.text = text.substr(found.begin, found.end == 0 ? std::string::npos : found.end - found.begin);
        statement.tag = found.tag;
        statement.analyze = found.analyze;
        statement.part = found.part;
        statement.columns = found.columns;
        statement.is_tied = found.is_tied;
        if (found.about != nullptr && found.about->schemaname != nullptr) {
            statement.about.schema = found.about->schemaname;
            statement.about.name = found.about->relname;
        }
        for (int n = 0; n < found.names.count; n++) {
            const FoundName &name = found.names.items[n];
            statement.names.push_back({name.schema, name.name, name.at - found.begin, name_end(text, name.at) - found.begin, name.takes_alias});
        }
        out.push_back(std::move(statement));
    }
    return out;
}

void append_apart(std::string &out, std::string_view text) {
    const auto of_word = [](char c) { return isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 128; };
    if (!out.empty() && !text.empty() && of_word(out.back()) && of_word(text.front())) out += ' ';
    out += text;
}

std::string replace_names(const ScriptStatement &statement, const std::vector<std::string> &names) {
    std::vector<size_t> order(statement.names.size());
    for (size_t i = 0; i < order.size(); i++) order[i] = i;
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return statement.names[a].begin < statement.names[b].begin; });
    std::string out;
    int at = 0;
    for (size_t i : order) {
        const ScriptName &name = statement.names[i];
        if (names[i].empty()) continue;
        append_apart(out, std::string_view(statement.text).substr(at, name.begin - at));
        append_apart(out, names[i]);
        if (name.takes_alias) out += " as " + quote_ident(name.name);
        at = name.end;
    }
    append_apart(out, std::string_view(statement.text).substr(at));
    return out;
}

}  // namespace mesh::pg
