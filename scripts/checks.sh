# Checks of the sources and of the built library, sourced by scripts/test: each prints what is wrong and fails, or is silent.

run_checks() {
    local status=0 name
    for name in core_is_pure postgres_stays_at_the_border only_the_interface_is_exported \
        every_regress_test_runs every_isolation_spec_runs; do
        if "$name"; then echo "ok - $name"; else echo "not ok - $name" && status=1; fi
    done
    return $status
}

# The core knows no PostgreSQL, neither the server's headers nor ours around them.
core_is_pure() {
    ! grep -rnE '# *include *[<"](postgres\.h|pg/|engine/|api/)' src/core
}

postgres_stays_at_the_border() {
    ! grep -rn '# *include *[<"]postgres\.h' src | grep -vE '^src/(pg|engine|api)/|^src/mesh\.cpp:'
}

# Anything more could collide with another extension's symbols in the same server.
only_the_interface_is_exported() {
    ! nm -D --defined-only mesh.so | grep -vE ' (_PG_init|Pg_magic_func|pg_finfo_mesh_[a-z0-9_]+|mesh_[a-z0-9_]+)$'
}

every_regress_test_runs() {
    same_lists "$(names sql .sql)" "$(makefile_list REGRESS)" "sql/*.sql" "REGRESS in the Makefile" &&
        same_lists "$(names sql .sql)" "$(names expected .out)" "sql/*.sql" "expected/*.out"
}

every_isolation_spec_runs() {
    local specs
    specs=$(names test/isolation/specs .spec)
    same_lists "$specs" "$(makefile_list ISOLATION)" "test/isolation/specs" "ISOLATION in the Makefile" &&
        same_lists "$specs" "$(names test/isolation/expected .out)" "test/isolation/specs" "test/isolation/expected"
}

# names FOLDER SUFFIX: what its files are called; name_1.out, a second answer that is right too, counts as name.
names() {
    find "$1" -maxdepth 1 -name "*$2" -printf '%f\n' | sed "s/\(_[0-9]\)\{0,1\}\\$2\$//" | sort -u
}

makefile_list() { # makefile_list VARIABLE
    make -s --eval="print-list: ; @echo \$($1)" print-list | tr ' ' '\n' | sort
}

same_lists() { # same_lists LIST LIST NAME NAME
    diff --label "$3" --label "$4" -u <(echo "$1") <(echo "$2")
}
