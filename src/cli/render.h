// Templates in dbt_project.yml, profiles.yml and packages.yml: dbt's base context, whose log() says nothing here.
#pragma once

#include "cli/options.h"
#include "core/jinja/template.h"
#include "core/project/settings.h"

namespace mesh::cli {

class Renderer {
public:
    // Secrets (DBT_ENV_SECRET_...) may be read in profiles and packages only.
    Renderer(const Environment &environment, const Json &vars, bool secrets);

    // Strings in it are rendered natively, as dbt does: as_number and its kin change the type. Raises Error with the path of
    // the value ("outputs.dev.host") in the detail.
    Json render(const Json &value, const std::string &path = "") const;

private:
    Json render_text(const std::string &text, const std::string &path) const;

    core::jinja::Ptr<core::jinja::Environment> settings_;
    std::shared_ptr<const core::project::Settings> known_;  // which the context looks into
    core::jinja::Ptr<core::jinja::Variables> context_;
};

}  // namespace mesh::cli
