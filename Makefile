# make; make install; make installcheck: PGXS as usual, with PG_CONFIG=.
# make test: sets up what is missing, builds and runs every test (see scripts/test).
EXTENSION = mesh
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" mesh.control)
MODULE_big = mesh
SOURCES = $(wildcard src/*.cpp src/core/*.cpp src/core/*/*.cpp src/pg/*.cpp src/engine/*.cpp src/api/*.cpp)
OBJS = $(SOURCES:.cpp=.o)
DATA_built = $(EXTENSION)--$(EXTVERSION).sql
REGRESS = quickstart refusals monitor
PG_CONFIG ?= pg_config
.DEFAULT_GOAL := all

PG_CXXFLAGS = -std=gnu++20 -fvisibility=hidden -fvisibility-inlines-hidden -Wall -Wextra -Wno-register \
    -Wno-missing-field-initializers -MMD -MP $(if $(MESH_WERROR),-Werror)
# Before 16 the server's headers do not mark what an extension exports, and everything else is hidden.
VISIBLE = -D'PGDLLEXPORT=__attribute__((visibility("default")))'
PG_CPPFLAGS = $(if $(filter 15.%,$(word 2,$(shell $(PG_CONFIG) --version))),$(VISIBLE)) -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server)
EXTRA_CLEAN = $(DATA_built) $(OBJS:.o=.d)
.SECONDARY: $(OBJS)

# The targets that must work before PostgreSQL is installed.
.PHONY: test
test:
	scripts/test

ifneq ($(shell command -v $(PG_CONFIG)),)
ifneq ($(wildcard $(shell $(PG_CONFIG) --pgxs)),)
override with_llvm = no
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
override COMPILER = $(CXX) $(CXXFLAGS)
endif
endif

$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard src/schema/*.sql)) mesh.control
	cat $(sort $(wildcard src/schema/*.sql)) > $@

-include $(OBJS:.o=.d)
