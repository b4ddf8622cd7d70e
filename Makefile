# make; make install; make installcheck: PGXS as usual, with PG_CONFIG=. make help lists what else there is.
EXTENSION = mesh
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" mesh.control)
MODULE_big = mesh
SOURCES = $(wildcard src/*.cpp src/core/*.cpp src/core/*/*.cpp src/pg/*.cpp src/engine/*.cpp src/api/*.cpp)
OBJS = $(SOURCES:.cpp=.o)
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
REGRESS = quickstart refusals tests products runs survive incremental trouble hostile monitor swap own_locks settings rows matview_rows lineage across_domains example_quickstart projects like_dbt own_catalog project_flags replaced_macros partial locations free_tests seeds snapshots model_hooks across_projects microbatch functions dbt_commands auto unchanged threads test_tables session row_tests
ISOLATION = publish_readers publish_mixed runs_together model_replaced administrator locked auto_writers source_changes
ISOLATION_OPTS = --inputdir=test/isolation
PG_CONFIG ?= pg_config
.DEFAULT_GOAL := all

PG_CXXFLAGS = -std=gnu++20 -fvisibility=hidden -fvisibility-inlines-hidden -Wall -Wextra -Wno-register \
    -Wno-missing-field-initializers -MMD -MP $(if $(MESH_WERROR),-Werror)
# Before 16 the server's headers do not mark what an extension exports, and everything else is hidden.
VISIBLE = -D'PGDLLEXPORT=__attribute__((visibility("default")))'
MACROS = $(wildcard src/core/project/macros/*/*.sql src/core/project/macros/*/*/*.sql)
PG_CPPFLAGS = -Ibuild/generated $(if $(filter 15.%,$(word 2,$(shell $(PG_CONFIG) --version))),$(VISIBLE)) -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server)
# Hidden visibility does not reach the templates of the standard library, so that the linker has to hide them.
SHLIB_LINK = -lyaml-cpp $(if $(filter Linux,$(shell uname -s)),-Wl$(comma)--version-script=src/exports.map)
comma := ,
EXTRA_CLEAN = $(DATA_built) $(OBJS:.o=.d) build/unit build/tidy build/fuzz build/generated
.SECONDARY: $(OBJS)

# The client: the core's objects and its own, against libpq. make install takes it along when it was built.
CLI_OBJS = $(patsubst %.cpp,%.o,$(wildcard src/cli/*.cpp))
CORE_OBJS = $(filter src/core/%,$(OBJS))

# The targets that must work before PostgreSQL is installed.
.PHONY: help demo demo-flights demo-stop test unit tidy fuzz bench law law-tests readers crashes compat
demo: ## set up what is missing, build, show examples/quickstart in a private cluster
	@scripts/demo quickstart
demo-flights: ## the same with examples/flights: three domains over 336,776 flights
	@scripts/demo flights
demo-stop: ## remove the demo's cluster
	@scripts/demo stop
test: ## set up what is missing, build, run every test
	scripts/test
unit: ## the unit tests of src/core alone, with sanitizers
	scripts/test unit
tidy: ## clang-tidy over src/core
	TIDY_ALL=yes scripts/test tidy
fuzz: ## each fuzzer of test/fuzz for FUZZ_SECONDS (60)
	scripts/fuzz
law: ## random models and changes, CASES=5000 from SEED=1 on: an incremental run leaves what a rebuild would
	CASES=$(or $(CASES),5000) scripts/test law
readers: ## READERS=50 sessions read what PUBLISHES=1000 runs publish: errors, torn reads, long waits
	READERS=$(or $(READERS),50) PUBLISHES=$(or $(PUBLISHES),1000) scripts/test readers
law-tests: ## random rows and tests, CASES=300 from SEED=1 on: each verdict, count and message is that of the test's query alone
	CASES=$(or $(CASES),300) scripts/test law_tests
crashes: ## kill -9 of a run's session, worker or postmaster, KILLS=200 times: what is left afterwards
	KILLS=$(or $(KILLS),200) scripts/test crashes
compat: ## a dbt project, DIR=..., on real dbt and on meshctl, compared
	scripts/compat $(DIR)
bench: ## the figures that the project promises, as ratios against plain SQL, and beside dbt where DBT= (dbt by default) is one
	bench/run
	DBT="$(shell command -v $(or $(DBT),dbt))" bench/dbt
help: ## this list
	@echo "all, install, installcheck, clean: PGXS's own targets, with PG_CONFIG= for another server"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1: \2/p' Makefile

ifneq ($(shell command -v $(PG_CONFIG)),)
ifneq ($(wildcard $(shell $(PG_CONFIG) --pgxs)),)
override with_llvm = no
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
# MESH_QUICK=1: for tests, which wait longer for the compiler than for what it makes.
override CXXFLAGS += $(if $(MESH_QUICK),-O0 -g0)
override COMPILER = $(CXX) $(CXXFLAGS)

$(CLI_OBJS): override CPPFLAGS += -I$(shell $(PG_CONFIG) --includedir) -DMESH_VERSION='"$(EXTVERSION)"'
meshctl: $(CLI_OBJS) $(CORE_OBJS) ## the client for dbt projects
	$(CXX) $(CXXFLAGS) -o $@ $^ -L$(shell $(PG_CONFIG) --libdir) -lpq -lyaml-cpp -pthread

install: install-meshctl
.PHONY: install-meshctl
install-meshctl:
	if [ -x meshctl ]; then \
		$(MKDIR_P) '$(DESTDIR)$(bindir)' '$(DESTDIR)$(mandir)/man1' '$(DESTDIR)$(datadir)/bash-completion' && \
		$(INSTALL_PROGRAM) meshctl '$(DESTDIR)$(bindir)/meshctl' && \
		$(INSTALL_DATA) src/cli/meshctl.1 '$(DESTDIR)$(mandir)/man1/meshctl.1' && \
		$(INSTALL_DATA) src/cli/meshctl.bash '$(DESTDIR)$(datadir)/bash-completion/meshctl'; \
	fi
endif
endif

# Of functions in C: names are found in pg_catalog alone, so that nothing in a schema of the caller's search_path can stand in for the server's own; and
# text means the same to them whatever the caller's settings of how it is read are.
SETTINGS = SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET array_nulls = on SET quote_all_identifiers = off

$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard src/schema/*.sql)) mesh.control Makefile
	sed 's/@SETTINGS@/$(SETTINGS)/' $(sort $(wildcard src/schema/*.sql)) > $@

src/core/project/builtin_macros.o: build/generated/builtin_macros.inc
build/generated/builtin_macros.inc: $(MACROS) scripts/embed-macros
	mkdir -p $(@D)
	scripts/embed-macros > $@

-include $(OBJS:.o=.d) $(CLI_OBJS:.o=.d)
