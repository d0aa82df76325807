# Two commands do everything on a fresh Debian 12 with Swift 6.3:
#   make demo    the main job, against a simulated VirusTotal
#   make test    style, layering and all tests
# Both share one build (debug, in .build). The daemon for real use is `make build` (release, in .build/release).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BUILD_PACKAGES := libsqlite3-dev libcurl4-openssl-dev libinotifytools0-dev libssl-dev zlib1g-dev libsimdjson-dev libsystemd-dev libpq-dev
TEST_PACKAGES := python3 python3-venv chromium chromium-driver nginx openssl poppler-utils nodejs prometheus postgresql
# A spreadsheet, the programs that people drop files with, and the servers of config/RECIPES.md.
FULL_TEST_PACKAGES := libreoffice-calc samba smbclient openssh-sftp-server openssh-server openssh-client caddy rsync vim-tiny curl
# What makes the Debian packages, and what looks at them.
DEB_PACKAGES := debhelper dpkg-dev
PACKAGE_TEST_PACKAGES := lintian debootstrap systemd-container man-db mandoc bash-completion zsh fish python3
# What stands beside hashdrop in the benchmark, and the programs that ask it.
BENCH_PACKAGES := python3 python3-venv sqlite3 nginx openssl nghttp2-client wrk chromium chromium-driver
# The server, and what makes machines of their own, certificates and a wrong clock for `make fleet`.
FLEET_PACKAGES := python3 postgresql iproute2 util-linux openssl gcc libc6-dev
VENV := .venv
# An import that the manifest does not list is an error, also where another target happens to bring it.
SWIFT_FLAGS := --explicit-target-dependency-import-check error

.PHONY: help demo test test-full bench fleet crash power-cut simulate year fuzz check build install format clean debian debian-test \
	debian-full debian-bench debian-fleet deb package-test

help:
	@grep -E '^#|^[a-z-]+:.*## ' Makefile | sed -e 's/:.*## /\t/' -e 's/^# \{0,1\}//'

debian:
	@.ci/install-debian-packages $(BUILD_PACKAGES)

debian-test:
	@.ci/install-debian-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)

debian-full:
	@.ci/install-debian-packages $(FULL_TEST_PACKAGES)

debian-bench:
	@.ci/install-debian-packages $(BENCH_PACKAGES)

debian-fleet:
	@.ci/install-debian-packages $(FLEET_PACKAGES)

demo: debian ## run the main job once and say where its report is
	@echo "Building; the first time takes some five minutes."
	@swift build $(SWIFT_FLAGS) >.build-demo.log 2>&1 || { cat .build-demo.log; exit 1; }
	@rm -f .build-demo.log
	@.build/debug/hashdrop demo

# What is installed is compared with the digests in .ci/python, its dependencies included.
PIP = $(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes

# vt-py is VirusTotal's own client for Python: a test asks the simulator with it. stix2-validator and stix2 are
# OASIS's: they read the STIX bundle. aiosmtpd is a mail server. Of axe-playwright-python only the axe-core script in it
# is used, in our own browser.
$(VENV)/ready: Makefile .ci/python/tests.txt .ci/python/axe.txt | debian-test
	@python3 -m venv $(VENV)
	@$(PIP) -r .ci/python/tests.txt
	@$(PIP) --no-deps -r .ci/python/axe.txt
	@touch $@

# wapiti scans the page for holes, pandas reads the tables; they bring many packages, which only the long run needs.
$(VENV)/ready-full: $(VENV)/ready .ci/python/full.txt
	@$(PIP) -r .ci/python/full.txt
	@touch $@

test: debian-test check $(VENV)/ready ## style, layering and all tests
	@swift build $(SWIFT_FLAGS) --build-tests
	@FUZZ_SECONDS=60 .ci/fuzz
	@HASHDROP_PYTHON="$(CURDIR)/$(VENV)/bin/python" swift test --skip-build

test-full: debian-test debian-full check build $(VENV)/ready-full ## the same with the long runs, and the release build
	@swift build $(SWIFT_FLAGS) --build-tests
	@HASHDROP_TEST_FULL=1 HASHDROP_PYTHON="$(CURDIR)/$(VENV)/bin/python" swift test --skip-build

# vt-py is VirusTotal's own client, vex-ioc and ioc-triage are tools with caches of their own. They need other versions
# of what they share with the tests' packages.
$(VENV)/bench/ready: .ci/python/bench.txt | debian-bench
	@python3 -m venv $(VENV)/bench
	@$(VENV)/bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# make bench BENCH="--size small" tries it out; BENCH="--only fairness" is a measurement of its own.
bench: build $(VENV)/bench/ready ## measure hashdrop beside other tools, into .ci/benchmark/RESULTS.md (an hour, 10 GB in /tmp, a quiet machine)
	@$(VENV)/bench/bin/python -B .ci/benchmark $(BENCH)

# make fleet FLEET="--size small" tries it out (6 minutes); FLEET="--only kill,limits" are two scenarios.
fleet: build debian-fleet ## as root: several daemons on one PostgreSQL, links cut, programs killed, clocks wrong, into .ci/fleet/RESULTS.md (20 minutes)
	@python3 -B .ci/fleet $(FLEET)

deb: debian ## the Debian packages, in .build-deb: programs that need no Swift, service, man pages, completions
	@.ci/install-debian-packages $(DEB_PACKAGES)
	@.ci/debian/build

package-test: deb ## as root: lintian, and an administrator's days with the packages in a clean Debian 12 that boots
	@.ci/install-debian-packages $(PACKAGE_TEST_PACKAGES)
	@.ci/debian/build --next
	@python3 -B .ci/package-test $(PACKAGE_TEST)

check: ## formatting, layering and style, without a build
	@.ci/check

# make crash N=50 SEED=7 is a quick one.
N ?= 1000
crash: debian ## kill the daemon 1,000 times under constant drops and count what became of each list (some 10 minutes)
	@swift build $(SWIFT_FLAGS)
	@.build/debug/hashdrop-crash --kills $(N) --seed $(or $(SEED),1)

# make simulate SEED=42 repeats one seed.
SEEDS ?= 1000
simulate: debian ## 1,000 seeds of the whole pipeline under a manual clock with faults between any two steps
	@swift build $(SWIFT_FLAGS) --build-tests
	@HASHDROP_SIMULATION_SEED=$(SEED) HASHDROP_SIMULATION_SEEDS=$(SEEDS) swift test --skip-build --filter SimulationTests

year: debian ## a simulated year of the pipeline: what it leaves in the database and on the disk, and what fresh answers cost, as tables
	@swift build $(SWIFT_FLAGS) --build-tests
	@HASHDROP_YEAR=1 swift test --skip-build --filter nothingGrowsForAYear
	@HASHDROP_YEAR=1 swift test --skip-build --filter aYearOfRecurringListsCostsLess

power-cut: debian ## cut the power of the disk 200 times under constant drops and count what became of each list (as root)
	@swift build $(SWIFT_FLAGS)
	@.build/debug/hashdrop-crash --power-cuts --kills $(or $(CUTS),200) --seed $(or $(SEED),1)

fuzz: ## the list parser under a coverage-guided fuzzer, for an hour (FUZZ_SECONDS=3600)
	@.ci/fuzz

format: ## format every Swift file
	@swift format format --in-place --recursive --parallel Package.swift Sources Tests

build: debian ## the release build
	@swift build $(SWIFT_FLAGS) -c release --product hashdrop-watch
	@swift build $(SWIFT_FLAGS) -c release --product hashdrop

PREFIX ?= /usr/local
install: build ## copy both programs to $(PREFIX)/bin
	@install -D -t $(DESTDIR)$(PREFIX)/bin .build/release/hashdrop .build/release/hashdrop-watch

clean: ## remove what make made
	@rm -rf .build .demo $(VENV)
