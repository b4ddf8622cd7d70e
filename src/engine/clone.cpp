// dbt clone: views under the project's own names on what another deployment of it has built.
#include "engine/invoke.h"

#include "pg/relation.h"

namespace mesh::engine {

using core::Error;
using project::Node;

namespace {

class Cloner {
public:
    Cloner(Mesh &mesh, const Project &project, const project::Deferral &state, bool replace)
        : domain_(mesh.domain(project.domain())), project_(project), state_(state), replace_(replace) {}

    InvokeRow clone(const Node &node) {
        InvokeRow row;
        row.unique_id = node.unique_id;
        row.relation = node.relation_name;
        row.step = {project_.domain(), project_.domain() + "." + project_.model_name(node.unique_id), project::resource_type_name(node.resource_type), "success"};
        auto there = state_.relations.find(node.unique_id);
        if (there == state_.relations.end()) return no_op(row, "the state has no relation of it");
        ErrorData *error = pg::try_in_subtransaction([&] { make(node, there->second, row); });
        if (error == nullptr) return row;
        row.step.status = "error";
        row.step.tell_error(error);
        return row;
    }

private:
    static InvokeRow no_op(InvokeRow &row, const std::string &reason) {
        row.step.message = "No-op";
        row.step.reason = reason;
        return row;
    }

    void make(const Node &node, const project::Deferred &there, InvokeRow &row) {
        std::string name = pg::qualified(node.schema, node.alias);
        Oid held = pg::relation_oid(node.schema, node.alias);
        if (OidIsValid(held) && !replace_) return (void)no_op(row, "its relation exists");
        bool is_its_own = there.schema == node.schema && there.alias == node.alias;
        if (is_its_own && !OidIsValid(held)) throw Error("42P01", "relation " + name + ", which the state has, does not exist");
        if (is_its_own) return (void)no_op(row, "the state's relation is its own");
        pg::as_role(owner_of(domain_), domain_.search_path(), [&] {
            if (OidIsValid(held)) drop(held, name);
            pg::execute("create view " + name + " as select * from " + pg::qualified(there.schema, there.alias));
        });
        row.step.message = "CREATE VIEW";
    }

    // What others made on it makes the server refuse.
    static void drop(Oid relation, const std::string &name) {
        std::string kind = pg::query_value("select relkind from pg_catalog.pg_class where oid = $1::oid", {std::to_string(relation)}).value_or("");
        pg::execute(std::string("drop ") + (kind == "v" ? "view " : kind == "m" ? "materialized view " : "table ") + name + " restrict");
    }

    const Domain &domain_;
    const Project &project_;
    const project::Deferral &state_;
    bool replace_;
};

}  // namespace

std::vector<InvokeRow> clone_all(Mesh &mesh, const Project &project, const std::vector<std::string> &ids, const project::Deferral &state, bool replace) {
    Cloner cloner(mesh, project, state, replace);
    std::vector<InvokeRow> out;
    for (const std::string &id : ids)
        if (const Node &node = project.manifest().nodes.at(id); node.config.value("materialized", "") != "ephemeral") out.push_back(cloner.clone(node));
    return out;
}

}  // namespace mesh::engine
