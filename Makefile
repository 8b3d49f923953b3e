# Everything runs in .venv, which the first target to need it makes from the pinned, hashed packages in constraints/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help install spark demo demo-kafka test slow lint format type bench docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(VENV)/.installed ## make the virtual environment (the other targets do it by themselves)

$(VENV)/.installed: pyproject.toml constraints/all.txt constraints/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Klantbeeld needs Python 3.11, 3.12 or 3.13; $(PYTHON) is another. Say which: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up $(VENV) (about a minute, once) ..." >&2
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r constraints/all.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

spark: $(VENV)/.spark ## add Apache Spark and a Java to the virtual environment (half a gigabyte)

$(VENV)/.spark: $(VENV)/.installed constraints/spark.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r constraints/spark.txt
	@touch $@

demo: install ## the whole way on one machine, from a seeded population to exported audiences
	$(BIN)/klantbeeld demo --workspace $(DEMO)

demo-kafka: install ## the same demo through a Kafka-protocol broker that it starts itself
	$(BIN)/python -m tests.support.demo_kafka --workspace $(DEMO)-kafka

test: install ## the test suite, without what is marked slow
	$(BIN)/pytest -n 2 --dist loadgroup

slow: install ## the slow tests, and costly properties with many examples
	KLANTBEELD_TEST_EXAMPLES=many $(BIN)/pytest -m "slow or examples" -n 2 --dist loadgroup

lint: install ## ruff and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: install ## rewrite the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

type: install ## mypy, strict
	$(BIN)/mypy

bench: install ## the benchmarks: ratios against the bare libraries, in the same run
	$(BIN)/python -m benchmarks

docs: install ## write the generated reference (docs/reference)
	$(BIN)/python -m docs.generate

lock: install ## resolve the newest allowed packages and pin them with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml -o constraints/all.txt
	$(BIN)/python -c 'import tomllib; extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; print(*extras["spark"], sep="\n")' | \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links -c constraints/all.txt - -o constraints/spark.txt
	echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links - -o constraints/uv.txt

clean: ## remove what the targets made: environment, demo, caches
	rm -rf $(VENV) $(DEMO) $(DEMO)-kafka build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
