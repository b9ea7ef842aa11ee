# On a fresh machine with Python 3.11 or newer and make: `make chat`, `make demo`, `make test`. All set up .venv, and
# only once. Torch comes from wherever pip finds it; for a build without CUDA on Linux:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo-archive
JOBS ?= 2
# Transcripts beside the repository, for measurements; what is not there is left out.
DATA := ../shared
SOURCES := $(wildcard $(DATA)/corpus $(DATA)/data/layouts/bitcoin)
TRANSCRIPTS := $(wildcard $(addprefix $(DATA)/,corpus data/press_conferences data/press_briefings \
    data/committee_meetings/transcripts))

.PHONY: help setup chat demo quick test lint coverage mutants bench followups deps clean

help:
	@echo "make chat    set up, read the bundled interviews, open the web page at http://localhost:7860/"
	@echo "make demo    set up, read the bundled interviews, ask three questions"
	@echo "make quick   run the unit tests, which need no model and no other process"
	@echo "make test    set up, lint, type check, and run every test"
	@echo "make coverage, make mutants   lines that no test runs; faults that no test notices"
	@echo "make bench   measure speed and answer quality"
	@echo "make followups   compare ways to search for a follow-up question"
	@echo "make deps    print what each library costs: licence, import time, size"
	@echo "make clean   remove .venv and the demo archive"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "onrecord needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

chat: $(READY)
	$(BIN)/onrecord ingest eval/sets --archive $(DEMO)
	$(BIN)/onrecord chat --archive $(DEMO)

demo: $(READY)
	$(BIN)/onrecord ingest eval/sets --archive $(DEMO)
	@echo
	$(BIN)/onrecord ask "When will the gates move?" --archive $(DEMO)
	@echo
	$(BIN)/onrecord ask "How many hectares of eelgrass will be lost for good?" --archive $(DEMO)
	@echo
	$(BIN)/onrecord ask "What is the boiling point of tungsten?" --archive $(DEMO)

# Without its bytecode each process that a test starts compiles the project again.
export PYTHONDONTWRITEBYTECODE :=

# Two workers have a core each, and the threads of one would wait for the other's.
quick test coverage mutants: export OPENBLAS_NUM_THREADS := 1
quick test coverage mutants: export OMP_NUM_THREADS := 1

# A file's tests stay on one worker, and the slow files come first: the short ones fill up the end.
PARALLEL := -n $(JOBS) --dist loadgroup --no-loadscope-reorder

quick: $(READY)
	$(BIN)/python -m pytest $(PARALLEL) -m unit

# A browser wants both cores for itself.
test: $(READY) lint
	$(BIN)/python -m pytest $(PARALLEL) -m "not browser"
	$(BIN)/python -m pytest -m browser

coverage: $(READY)
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term-missing:skip-covered

mutants: $(READY)
	$(BIN)/python tests/mutants.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python -m eval.benchmarks.speed $(if $(SOURCES),--source $(firstword $(SOURCES))) --transcripts $(TRANSCRIPTS)
	$(BIN)/python -m eval.benchmarks.speed_ingest $(firstword $(SOURCES) eval/sets)
	$(BIN)/python -m eval.benchmarks.quality --sources $(SOURCES) --questions $(sort $(filter-out %variants.jsonl %understood.jsonl,$(wildcard tests/sets/*.jsonl)))
	$(BIN)/python -m ui.benchmark

followups: $(READY)
	$(BIN)/python -m eval.benchmarks.followups --sources $(SOURCES) \
	    --questions $(sort $(wildcard tests/sets/followups-*.jsonl)) \
	    --conversations $(sort $(wildcard $(DATA)/data/conversations/*.json))

deps: $(READY)
	$(BIN)/python -m eval.benchmarks.dependencies

clean:
	rm -rf $(VENV) $(DEMO)
