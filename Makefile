# One line or two a target; `make run` and `make test` are what a newcomer needs.
PYTHON ?= python3
PY := .venv/bin/python
DATA ?= ../shared/data

# Empty, whatever the environment says: what was compiled is kept, for the tests start Python two hundred times.
export PYTHONDONTWRITEBYTECODE :=

# The rooms that think: what is run after every change.
ROOMS := tests/config tests/export tests/extract tests/match tests/normalize tests/parse tests/resolve

.PHONY: run test test-long crash lint types unit suite eval bench bench-scale wheel clean

run: .venv/run
	$(PY) -m monitor run

test: lint types suite

lint: .venv/dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: .venv/dev
	$(PY) -m mypy

unit: .venv/dev
	$(PY) -m pytest -n 2 -m "not long and not slow" $(ROOMS)

# Three workers on two cores: much of it waits for processes and clocks.
suite: .venv/dev
	$(PY) -m pytest -n 3 --dist worksteal

crash: .venv/dev
	CRASH_CYCLES=3000 $(PY) -m pytest -m long -k many_kills tests/test_crash.py

test-long: .venv/dev
	$(PY) -m pytest -m long

eval: .venv/dev
	$(PY) -m eval "$(DATA)"

# Some ten minutes on two cores; what each line means is said in docs/performance.md.
bench: .venv/bench
	$(PY) -m bench.collect --rounds 2
	$(PY) -m bench.growth
	$(PY) -m bench.digest "$(DATA)"

# A thousand topics beside one, and both stores with a million entries and up to eight workers: fifteen minutes.
bench-scale: .venv/dev
	$(PY) -m bench.topics
	$(PY) -m bench.scale
	$(PY) -m bench.archive

wheel: .venv/dev
	$(PY) -m build --wheel --no-isolation --outdir dist

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache

# The environment is made again whenever what it is made from changes (a pull, say).
.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: pyproject.toml constraints.txt | .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch .venv/run

.venv/bench: .venv/dev bench/constraints.txt
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -c bench/constraints.txt -e '.[bench]'
	touch .venv/bench

.venv/dev: pyproject.toml constraints.txt | .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch .venv/dev .venv/run
