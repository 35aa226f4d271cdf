# netlab: build, run, test, install. `make` alone says what there is.
SWIFT ?= swift
PREFIX ?= /usr/local
# Where the program looks for what is installed beside it: ../share/netlab.
SHARE := .build/$(shell uname -m)-unknown-linux-gnu/share/netlab
# Static: the program starts twice as fast and needs no Swift on the machine. Stripped: 100 MB of symbols less. At a
# fixed address: 100,000 relocations and 280 page faults less at every start. No folders of our own are searched for
# the seven libraries of the system, and they are not offered 23,000 symbols of ours.
RELEASE := -c release --static-swift-stdlib --product netlab --disable-local-rpath -Xlinker -s -Xlinker -no-pie \
	-Xlinker --no-export-dynamic
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo --preserve-env=PATH,NETLAB_SHARE,NETLAB_KEEP,CI)

.PHONY: help setup setup-run share build run test test-pure test-root lint fmt bench conformance fuzz soak man
.PHONY: completions install uninstall clean

help:
	@echo 'make run        set up, build, and run the main job: netlab test private-nat'
	@echo 'make test       set up, build, and pass all tests (root tests ask for sudo)'
	@echo 'make test-pure  the tests that need no root        make test-root  the ones that do'
	@echo 'make lint fmt   check, or mend, the style          make bench      measure against peers'
	@echo 'make fuzz       FUZZ_SECONDS=60 per parser          make soak       1000 cycles, 50 labs at once, all faults'
	@echo 'make conformance  the answers of an outside analyser, ours compared with them'
	@echo 'make man        the manual, into .build/man         make completions  for bash, zsh and fish'
	@echo 'make install    into PREFIX ($(PREFIX))       make uninstall  make clean'

setup:
	@scripts/setup.sh

setup-run:
	@scripts/setup.sh --build-only

share:
	@mkdir -p $(SHARE)
	@ln -sfn $(CURDIR)/labs $(SHARE)/labs
	@scripts/make-apt-mirror.sh $(SHARE)/apt-mirror
	@scripts/make-registry.sh $(SHARE)/registry

build: setup-run share
	$(SWIFT) build $(RELEASE)

run: build
	$(AS_ROOT) .build/release/netlab test private-nat

test: setup share
	$(SWIFT) build --build-tests
	@scripts/test.sh pure
	@$(AS_ROOT) scripts/test.sh root

test-pure:
	@scripts/test.sh pure

# Agreement with an outside analyser on real descriptions of AWS accounts; see docs/conformance.md.
conformance:
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --filter ConformanceTests --skip RootTests

test-root: share
	@$(AS_ROOT) scripts/test.sh root

lint:
	@scripts/lint.sh

fmt:
	$(SWIFT) format --in-place --parallel --recursive Sources Tests Package.swift

bench: build
	@scripts/bench.sh

fuzz:
	@scripts/fuzz.sh

soak: build
	$(SWIFT) build --build-tests
	@$(AS_ROOT) scripts/soak.sh

# Both are written by the program itself: what it says of its commands and what it knows of labs cannot drift apart.
man: build
	.build/release/netlab __man .build/man

completions: build
	mkdir -p .build/completions
	for shell in bash zsh fish; do \
	    .build/release/netlab --generate-completion-script $$shell >.build/completions/$$shell || exit; done

install: build man completions
	install -D -m 0755 .build/release/netlab $(DESTDIR)$(PREFIX)/bin/netlab
	mkdir -p $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 0644 .build/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -D -m 0644 .build/completions/bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/netlab
	install -D -m 0644 .build/completions/zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_netlab
	install -D -m 0644 .build/completions/fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/netlab.fish
	mkdir -p $(DESTDIR)$(PREFIX)/share/netlab/labs
	install -m 0644 labs/*.yaml $(DESTDIR)$(PREFIX)/share/netlab/labs/
	cp -r $(SHARE)/apt-mirror $(SHARE)/registry $(DESTDIR)$(PREFIX)/share/netlab/

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/netlab
	rm -rf $(DESTDIR)$(PREFIX)/share/netlab
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/netlab.1 $(DESTDIR)$(PREFIX)/share/man/man1/netlab-*.1
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/netlab
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_netlab
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/netlab.fish

clean:
	rm -rf .build
