# What the scripts share: counting suites, and installing.
passed=0 failed=0

# suite NAME FUNCTION COUNTER: runs the function, with its output in a file that is shown on failure, and adds what
# COUNTER finds in that file ("passed failed"). A suite that ran nothing, or failed without saying where, is one failure.
suite() {
    local name=$1 body=$2 counter=$3 out=$work/$1.out status=0 good bad start=$EPOCHREALTIME
    "$body" >"$out" 2>&1 || status=$?
    read -r good bad < <("$counter" "$out")
    if ((status != 0 && bad == 0)) || ((good + bad == 0)); then bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
    ((bad == 0)) || cat "$out"
    awk -v n="$name" -v g="$good" -v b="$bad" -v s="$start" -v e="$EPOCHREALTIME" \
        'BEGIN { printf "%-10s %5d passed %3d failed %7.1f s\n", n, g, b, e - s }'
}

# count PASS FAIL FILE: the lines of the file that match each pattern.
count() {
    echo "$(grep -cE "$1" "$3" || true) $(grep -cE "$2" "$3" || true)"
}

# pg_regress: before version 16 in its own words, from 16 on as TAP.
count_regress() {
    count '^test .*\.\.\. ok|^ok ' '^test .*\.\.\. FAILED|^not ok ' "$1"
}

count_tap() {
    count '^ok ' '^not ok ' "$1"
}

count_unit() {
    count '^\[       OK \]' '^\[  FAILED  \] .*ms\)$' "$1"
}

# Installs into the server that PG_CONFIG names; asks for root's rights only when that needs them.
install_extension() {
    if [ -w "$($PG_CONFIG --pkglibdir)" ]; then
        make -s install PG_CONFIG="$PG_CONFIG"
    else
        sudo make -s install PG_CONFIG="$PG_CONFIG"
    fi
}

# compat_python: the Python that has real dbt and dbt-tests-adapter, of the versions that test/compat names; made on first use.
compat_python() {
    local venv=build/compat-venv wanted=test/compat/requirements.txt
    if ! cmp -s "$wanted" "$venv/installed"; then
        [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" >&2
        "$venv/bin/pip" install -q --disable-pip-version-check -r "$wanted" >&2
        cp "$wanted" "$venv/installed"
    fi
    echo "$PWD/$venv/bin/python"
}
