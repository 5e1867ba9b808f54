# Needs Python 3.11 or newer (with venv), git and make; everything else is installed into .venv, from requirements.lock.
# Recipes use shell built-ins and Python only.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/.ready
export MPLBACKEND := Agg

.PHONY: site fuzz bench calibrate help report test lint types imports notebooks lab docs docs-check validation demo lock clean

help:
	@$(PYTHON) -c 'print("make report     the demo study in full, under reports/demo/\nmake test       all tests\nmake lint       ruff; make types: mypy; make imports: import rules\nmake notebooks  execute every notebook; make lab opens them\nmake bench      time our fits beside statsmodels, mixedlm and, where R is there, lme4 and nlme\nmake fuzz       more than 40,000 damaged exports, the whole way and by reader (an hour; goes on where it was stopped)\nmake calibrate  type-I error of the mixed model and the threshold rule (hours)\nmake docs       rewrite the generated pages and figures of docs/ and README\nmake site       the documentation as a site, under reports/site (needs the network once)\nmake validation rewrite docs/validation.md (a few minutes)\nmake demo       rewrite data/raw/demo from its seed\nmake lock       renew requirements.lock")'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %d.%d; say make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "setting up $(VENV): this takes a few minutes the first time"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@: > $(READY)

report: $(READY)
	@$(BIN)/couples-study report demo --jobs 2 --out reports/demo

test: $(READY)
	@$(PY) -m pytest -n 2 --dist worksteal $(PYTEST)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

imports: $(READY)
	@$(BIN)/lint-imports

notebooks: $(READY)
	@$(PY) tools/run_notebooks.py

docs: $(READY)
	@$(PY) tools/make_claims.py
	@$(PY) tools/make_docs.py
	@$(PY) tools/make_schema.py

docs-check: $(READY)
	@$(PY) tools/make_schema.py --check
	@$(PY) tools/make_claims.py --check
	@$(PY) tools/make_docs.py --check

validation: $(READY)
	@$(PY) tools/make_validation.py

fuzz: $(READY)
	@$(PY) -m tests.intake.fuzz
	@READER_EXAMPLES=2300 $(PY) -m pytest -n 2 $(PYTEST) tests/readers/test_mutations.py

bench: $(READY)
	@$(PY) benchmarks/run.py --huge
	@$(PY) benchmarks/intake.py --huge
	@$(PY) benchmarks/threshold_speed.py
	@$(PY) benchmarks/page.py --out docs/performance_page.md
	@$(PY) benchmarks/report.py --out docs/performance_report.md

calibrate: $(READY)
	@$(PY) benchmarks/type_one_error.py --reps 2000
	@$(PY) benchmarks/threshold_calibration.py
	@$(PY) tools/make_validation_rebuilding.py --reps 2000
	@$(PY) tools/make_validation.py --stored

site: $(READY)
	@$(PYTHON) -m venv .venv-site
	@.venv-site/bin/python -m pip install --quiet --disable-pip-version-check -r docs/requirements.in
	@.venv-site/bin/mkdocs build --quiet --strict

lab: $(READY)
	@$(BIN)/jupyter lab notebooks

demo: $(READY)
	@$(PY) tools/make_demo.py

lock:
	@uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock

clean:
	@$(PYTHON) -c 'import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ("$(VENV)", "reports", "data/processed/demo")]'
