# Two commands are enough on a fresh machine: `make report` and `make test`.
# Each makes .venv and installs what it needs; Python >= 3.11, make, g++ and perl must be there.

PYTHON ?= python3
DESIGN ?= lmul-e4m3-ftz
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
FOR_REPORT := $(VENV)/.installed-for-report

.PHONY: accepted help report test evidence quick verilog sim synth lint typecheck bench readme clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

report: $(FOR_REPORT) ## the whole comparison: prints the table, writes build/report/
	@$(BIN)/lmul report

test: $(READY) yosys ## every test (quick ones first)
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow and not evidence"
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "slow and not evidence"

evidence: $(READY) yosys ## more of the same, too long for `make test`
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m evidence

quick: $(READY) yosys ## the tests that take seconds
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow and not evidence"

# By itself it is done in half the time that it takes beside the first tests, which wait for it.
.PHONY: yosys
yosys: $(READY)
	@$(BIN)/python -c 'from lmul.tools.yosys import prepare; prepare(lambda: print("Yosys compiles itself for this machine (once, half a minute) …", flush=True))'

verilog: $(READY) ## Verilog of DESIGN (default lmul-e4m3-ftz) into build/verilog/
	@$(BIN)/lmul verilog $(DESIGN) -o build/verilog

sim: $(READY) ## the cocotb bench of DESIGN
	@$(BIN)/lmul sim $(DESIGN)

synth: $(READY) ## gate counts of DESIGN
	@$(BIN)/lmul synth $(DESIGN)

lint: $(READY) links ## ruff, and imports that run one way
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@cd build/typing && ../../$(BIN)/lint-imports --config ../../pyproject.toml --no-cache

typecheck: $(READY) links ## pyright
	@$(BIN)/pyright

# The package as it is installed, for tools that do not follow an editable install's finder.
.PHONY: links
links:
	@rm -rf build/typing
	@mkdir -p build/typing
	@cp -rs $(CURDIR)/lmul build/typing/lmul
	@cp -rs $(CURDIR)/hdl $(CURDIR)/sim $(CURDIR)/synth build/typing/lmul/

bench: $(READY) ## speeds, as ratios against a reference in the same run
	@$(BIN)/python -m lmul.speed.products
	@$(BIN)/python -m lmul.speed.verilog
	@$(BIN)/python -m lmul.speed.gates
	@$(BIN)/python -m lmul.speed.tensors
	@$(BIN)/python -m lmul.speed.gpu

accepted: $(READY) ## measure what takes hours, for synth/comparison/accepted*.json (goes on where it stopped; SET=corrected, dots, clocks, units, arrays, nodes, layout, gated or energies: a part)
	@$(BIN)/python -m lmul.synth.comparison.accepted $(SET)

readme: $(READY) ## the headline of build/report into README.md
	@$(BIN)/python -m lmul.synth.report.readme

clean: ## everything that make made, but .venv
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .import_linter_cache

# An environment of another version than PYTHON's, or whose Python is gone, is made anew.
version = $(shell $(1) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
MADE_WITH := $(shell sed -n 's/^version[_a-z]* *= *\([0-9]*\.[0-9]*\).*/\1/p' $(VENV)/pyvenv.cfg 2>/dev/null)
ifneq ($(MADE_WITH),)
ifneq ($(call version,$(BIN)/python) $(or $(call version,$(PYTHON)),$(MADE_WITH)),$(MADE_WITH) $(MADE_WITH))
.PHONY: $(READY) $(FOR_REPORT)
ANEW := --clear
endif
endif

# What a report needs is a third of what the tests do.
define installed
	@command -v $(PYTHON) >/dev/null || { echo "lmul needs Python 3.11 or later as '$(PYTHON)'; try: make PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lmul needs Python 3.11 or later, and '$(PYTHON)' is older; try: make PYTHON=/path/to/python3" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "lmul needs Python's venv; Debian: apt-get install python3-venv" >&2; exit 2; }
	@for program in g++ c++ ar perl xargs; do command -v $$program >/dev/null || { echo "lmul needs $$program to build simulations; Debian: apt-get install g++ make perl findutils" >&2; exit 2; }; done
	@echo "Installing into $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(ANEW) $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$(1)]'
	@touch $@
endef

$(READY): pyproject.toml
	$(call installed,dev)
	@touch $(FOR_REPORT)

$(FOR_REPORT): pyproject.toml
	$(call installed,report)
