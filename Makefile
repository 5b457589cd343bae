# Everything that is done here, by name: `make` lists it.
# It needs Python 3.11 or newer, Node.js 20.19 or newer, and make; all else it fetches.

.DEFAULT_GOAL := help
.PHONY: help run build test test-web test-server test-alone test-rest test-browser-early \
	test-browser-late test-media test-mediakit \
	check check-lock check-style check-imports check-rules check-types check-web format client \
	bench services services-stop clean

DATA_DIR ?= var/data
UV_VERSION := 0.13.8

# uv lives in an environment of its own, so that syncing the other one does not remove it.
UV := .uv/bin/uv
BIN := .venv/bin
# These files are newer than what they were made from; while they are, nothing is done again.
PYTHON_READY := .venv/.ready
PYTHON_DEV_READY := .venv/.ready-dev
NODE_READY := node_modules/.ready
WEB_READY := web/dist/.ready

WEB_SOURCES := $(shell find package.json web packages \
	\( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -print 2>/dev/null)
step = @printf '==> %s\n'

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'

run: $(PYTHON_READY) $(WEB_READY) ## Start StreamVerse with its data in var/data (ARGS="--port 9000")
	@exec $(BIN)/streamverse --data-dir $(DATA_DIR) serve $(ARGS)

build: $(WEB_READY) ## Build the web app

test: test-web test-server ## Run all tests

test-web: $(NODE_READY)
	$(step) 'Testing the web packages'
	@npm test --silent

# What judges how smoothly something plays runs first, with nothing beside it. Tests that encode
# films or drive browsers wait for other programs: two parts run side by side, the longest first.
BROWSER_TESTS := tests/e2e
EARLY_BROWSER_TESTS := $(wildcard $(BROWSER_TESTS)/test_[a-o]*.py)
MEDIA_TESTS := tests/media tests/playback
MEDIAKIT_TESTS := $(addprefix tests/,benchmarks faults mediakit)
# What each part covers is judged when all are put together. A test that fails has a second try,
# which is printed: of seven thousand on a busy machine, one meets a limit of time that it set itself.
PART = $(BIN)/python -m slipcover --fail-under 0 --out .coverage.$@ \
	-m pytest -p no:cacheprovider --reruns 1 --durations 12
PARTS := test-browser-late test-rest test-browser-early test-media test-mediakit

test-server: $(PYTHON_DEV_READY) $(WEB_READY) ## Run the server's tests (ARGS="-k hls": only those)
	$(step) 'Testing the server'
ifdef ARGS
	@$(BIN)/pytest $(ARGS)
else
	@$(BIN)/pytest -p no:cacheprovider tools
	@$(MAKE) --no-print-directory test-alone; alone=$$?; \
		$(MAKE) --no-print-directory --jobs=2 --keep-going --output-sync=target $(PARTS) && exit $$alone
	@$(BIN)/slipcover --merge $(addprefix .coverage.,test-alone $(PARTS)) --out .coverage
endif

test-rest:
	@$(PART) tests $(addprefix --ignore=,$(BROWSER_TESTS) $(MEDIA_TESTS) $(MEDIAKIT_TESTS))

test-alone:
	@$(PART) -m alone $(BROWSER_TESTS)

test-browser-early:
	@$(PART) -m 'not alone' $(EARLY_BROWSER_TESTS)

test-browser-late:
	@$(PART) -m 'not alone' $(BROWSER_TESTS) $(addprefix --ignore=,$(EARLY_BROWSER_TESTS))

test-media:
	@$(PART) $(MEDIA_TESTS)

test-mediakit:
	@$(PART) $(MEDIAKIT_TESTS)

check: check-lock check-style check-imports check-rules check-types check-web ## Check style, imports, types

check-lock: $(UV)
	$(step) 'Checking that uv.lock fits pyproject.toml'
	@$(UV) lock --check --quiet || \
		{ echo 'uv.lock is out of date: run $(UV) lock and commit it.' >&2; exit 1; }

check-style: $(PYTHON_DEV_READY)
	$(step) 'Checking Python: style'
	@$(BIN)/ruff check --quiet --output-format concise
	@$(BIN)/ruff format --check --quiet || \
		{ echo 'Some files are not formatted: run make format.' >&2; exit 1; }

check-imports: $(PYTHON_DEV_READY)
	$(step) 'Checking Python: who imports whom'
	@$(BIN)/lint-imports --no-logo

check-rules: $(PYTHON_DEV_READY)
	$(step) 'Checking Python: our own rules'
	@$(BIN)/python -m tools.lint src tools tests benchmarks

check-types: $(PYTHON_DEV_READY) $(NODE_READY)
	$(step) 'Checking Python: types'
	@npm run --silent pyright

check-web: $(PYTHON_DEV_READY) $(NODE_READY)
	$(step) 'Checking the web packages'
	@npm run --silent check

format: $(PYTHON_DEV_READY) $(NODE_READY) ## Rewrite all code in the house style
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet
	@npm run --silent format

client: $(PYTHON_DEV_READY) $(NODE_READY) ## Generate the API client from the server's OpenAPI
	@npm run --silent client

bench: $(PYTHON_DEV_READY) $(WEB_READY) ## Measure, print the figures and keep them in benchmarks/
	@$(BIN)/python -m benchmarks $(ARGS)

services: ## Start a throw-away PostgreSQL for the tests and say how to use it
	@tools/services.sh start

services-stop: ## Stop it and delete what it kept
	@tools/services.sh stop

clean: ## Delete everything that was built or fetched; var/data stays
	@rm -rf .uv .venv node_modules web/node_modules packages/*/node_modules web/dist \
		.coverage* .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV): tools/bootstrap.sh
	$(step) 'Preparing Python'
	@sh tools/bootstrap.sh uv .uv $(UV_VERSION)

# Who develops keeps the development packages, also when `make run` has to sync.
$(PYTHON_READY): $(UV) pyproject.toml uv.lock
	$(step) 'Fetching Python packages'
	@$(UV) sync --frozen --quiet --python .uv/bin/python \
		$(if $(wildcard $(PYTHON_DEV_READY)),,--no-dev)
	@touch $@

$(PYTHON_DEV_READY): $(UV) pyproject.toml uv.lock
	$(step) 'Fetching Python packages for development'
	@$(UV) sync --frozen --quiet --python .uv/bin/python
	@touch $(PYTHON_READY) $@

$(NODE_READY): package.json package-lock.json $(wildcard web/package.json packages/*/package.json)
	@sh tools/bootstrap.sh node
	$(step) 'Fetching web packages'
	@npm ci --silent --no-audit --no-fund
	@touch $@

$(WEB_READY): $(NODE_READY) $(WEB_SOURCES)
	$(step) 'Building the web app'
	@npm run --silent build --workspace web -- --logLevel warn
	@touch $@
