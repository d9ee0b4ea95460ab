# Two commands do everything on a fresh Debian 12 machine:  make run   make test
PYTHON ?= /usr/bin/python3
BIN := .venv/bin
SUDO := $(shell [ $$(id -u) = 0 ] || echo sudo)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test test-image lint appointment service-code bench fuzz screenshots set-up clean

run: set-up
	@$(BIN)/jiaohao-hall $(ARGS)

test: set-up lint
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

# builds the images of terminal and server (as root; the first time half an hour) and tries them in a virtual machine
test-image: set-up build/image-packages
	@$(SUDO) $(CURDIR)/$(BIN)/jiaohao-tech image build $(BUILD)
	@$(SUDO) $(CURDIR)/$(BIN)/jiaohao-tech image build --profile server $(BUILD)
	@$(SUDO) env JIAOHAO_TEST_IMAGE=1 $(CURDIR)/$(BIN)/pytest tests/image $(ARGS)

build/image-packages: systemd/image/debian-packages.txt
	@echo "· Debian packages for images"
	@assets/set-up/debian-packages $<
	@mkdir -p build && touch $@

lint: set-up
	@echo "· ruff, mypy, import-linter"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

# In the running example hall: an appointment for now, its code held before the kiosk's camera for 60 s; a service code likewise
appointment: set-up
	@$(BIN)/jiaohao-server appointment add --hall assets/halls/wushan --state .state/wushan --queue $(or $(QUEUE),social-security) \
	  --name 张三 --person visitor-$$(date +%s) --qr .state/wushan/devices/camera-1/appointment.png $(ARGS)

service-code: set-up
	@$(BIN)/python -m queue_server.codes sign --key .state/wushan/example-platform --issuer example-platform \
	  --holder 1001 --name 张三 --qr .state/wushan/devices/camera-1/service-code.png $(ARGS)

bench: set-up
	@$(BIN)/python -m tests.bench $(ARGS)

fuzz: set-up
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),120) $(ARGS)

screenshots: set-up
	@$(BIN)/python -m tests.screenshots $(ARGS)

set-up: build/debian-packages build/python-packages build/npm-packages build/texts

build/debian-packages: debian-packages.txt
	@echo "· Debian packages"
	@assets/set-up/debian-packages $<
	@mkdir -p build && touch $@

build/python-packages: requirements.lock setup.py build/debian-packages
	@echo "· Python packages into .venv (a few minutes the first time)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -qq --progress-bar off --requirement requirements.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@mkdir -p build && touch $@

# what others wrote and single tests use: an ESC/POS parser, the checks of accessible pages
build/npm-packages: Makefile build/debian-packages
	@npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional --prefix build/npm npos@0.1.19 axe-core@4.14.1 </dev/null
	@touch $@

build/texts: $(shell find assets/locale -name '*.po' 2>/dev/null) build/python-packages
	@echo "· texts"
	@$(BIN)/pybabel --quiet compile --directory assets/locale --domain jiaohao
	@mkdir -p build && touch $@

clean:
	rm -rf .venv build .state
