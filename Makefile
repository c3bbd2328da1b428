# SPDX-License-Identifier: GPL-2.0-or-later
# make validate   an unpatched and a patched kernel, booted with every case and judged
# make check      the tests
# make lint       clang-tidy on everything; make check takes what has changed since BASE=COMMIT
# make series-check   each patch alone: style, warnings on four architectures, sparse, boot;
#                     all of them with odd configurations, and their ABI; a careless patch must be
#                     caught
# make suites     the kernel's own suites, on the unpatched and on the patched kernel
# make faults     what is made to fail inside the kernel, with KASAN and poisoned free pages
# make acpi       arm64 with UEFI and ACPI, and a tree that has /reserved-memory
# make peers      kernels that Debian ships, booted with the catalogue
# make cost       instructions and bytes that reserved memory costs at boot, against Debian's
#                 newest kernel source; SIZES=60+4,200+40 takes other trees
# make mutants    breaks the series on purpose; a rule must see it. Some are made for the series of
#                 v6.9: TREE=
# make hazards    HAZARDS.md from what "make validate MACHINES=all", peers, mutants, acpi, faults and
#                 series-check have left
# make bench      how long a boot and a verdict take, against a bare boot
# make install    rmemcheck, what it needs and its manual page, below PREFIX (/usr/local); with DESTDIR=
#                 in front of all paths, as packages are made; make uninstall takes it away
# make packages   installs what is missing (root or sudo)
#
# MACHINES=arm,riscv64 or MACHINES=all validates on other machines than arm64 (machines/).
# TREE=/path/to/linux, TREE=/path/to/linux@COMMIT or TREE=v6.9-rc1 takes another tree than
# Debian's linux-source-6.1.

BUILD ?= build
TREE ?=
MACHINES ?= arm64
SIZES ?=
PREFIX ?= /usr/local
DESTDIR ?=
RMEMCHECK := $(BUILD)/plain/rmemcheck

# What builds rmemcheck, builds kernels, boots them and tests it all
PACKAGES := \
	g++ cmake ninja-build pkg-config libboost-dev libboost-filesystem-dev libfdt-dev \
	libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libarchive-dev libfmt-dev libssl-dev libpugixml-dev \
	libgtest-dev libgmock-dev clang-format clang-tidy \
	linux-source-6.1 gcc libc6-dev make git ccache flex bison bc libelf-dev xz-utils kmod perl \
	device-tree-compiler dwarves \
	python3 python3-pytest python3-pytest-xdist hyperfine cpio busybox libxml2-utils chromium man-db \
	linux-headers-$(shell dpkg --print-architecture)

# What the machines' files name; "all" are all of them. The tests boot arm64, whatever is asked for.
comma := ,
machine_packages = $(shell sed -n 's/^packages = \[\(.*\)\]/\1/p' \
	$(patsubst %,machines/%.toml,$(subst all,*,$(subst $(comma), ,$(1)))) | tr -d '"' | tr ',' ' ')
PACKAGES += $(sort $(call machine_packages,arm64 $(MACHINES)))

SOURCES = $(shell find tools machines -name '*.cc' -o -name '*.h')

.PHONY: all validate check lint unit sanitized format tidy alone selftests series-check suites faults \
	acpi peers cost mutants hazards bench install uninstall packages clean

all: $(RMEMCHECK)

# Each room as one: nothing takes less time, and no two of its files may get in each other's way.
CMAKE_sanitized = -DSANITIZE=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_UNITY_BUILD_BATCH_SIZE=0
# Nothing is built there: it says how each file is compiled by itself.
CMAKE_alone = -DCMAKE_UNITY_BUILD=OFF

# Ninja knows best what is out of date, and runs cmake again where that is.
$(RMEMCHECK): $(BUILD)/plain/build.ninja FORCE
	@cmake --build $(BUILD)/plain --target rmemcheck
FORCE:

$(BUILD)/%/build.ninja: | packages
	@mkdir -p $(BUILD)
	@cmake -S tools -B $(@D) -G Ninja $(CMAKE_$*) >$(BUILD)/$*.log || { cat $(BUILD)/$*.log; exit 1; }

validate: $(RMEMCHECK)
	$(RMEMCHECK) run --tree '$(TREE)' --machine '$(MACHINES)' --out out/validate

check: format sanitized tidy selftests

unit: $(BUILD)/plain/build.ninja
	cmake --build $(BUILD)/plain
	ctest --test-dir $(BUILD)/plain --output-on-failure --no-tests=error -j 2

sanitized: $(BUILD)/sanitized/build.ninja
	cmake --build $(BUILD)/sanitized
	ctest --test-dir $(BUILD)/sanitized --output-on-failure --no-tests=error -j 2

format: packages
	clang-format --dry-run --Werror $(SOURCES)

# What has changed since BASE, and what includes a header that has. lint takes all. A file that does
# not include what it needs does not compile here, where it is alone.
BASE ?= $(shell git rev-parse -q --verify origin/main || git rev-parse -q --verify HEAD^)
CHANGED = git diff --name-only --diff-filter=d $(BASE) --
TIDY = xargs -r -P 2 -n 1 tools/lint.sh $(BUILD)/alone
tidy: alone
	{ $(CHANGED) 'tools/*.cc'; $(CHANGED) 'tools/*.h' | sed 's|tools/\(.*\)|#include "\1"|' | \
		grep -rlFf - --include='*.cc' tools; } | sort -u | $(TIDY)

lint: alone
	find tools -name '*.cc' | $(TIDY)

# Of files that were added since as well
alone: $(BUILD)/alone/build.ninja
	@cmake --build $(BUILD)/alone --target build.ninja >/dev/null

# Debian's own Python: python3-pytest belongs to it. What a file of tests has made is not made twice.
selftests: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 -m pytest -q -p no:cacheprovider -n 2 \
		--dist loadfile selftests

series-check: PACKAGES += sparse $(call machine_packages,arm64 arm riscv64 x86_64 sh-j2 sh-r2d arc um)
series-check: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/series_check.py '$(TREE)'

suites: PACKAGES += liburcu-dev
suites: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/suites.py '$(TREE)'

faults: $(RMEMCHECK)
	$(RMEMCHECK) run --list selftests/faults.toml --tree '$(TREE)' --out out/faults

acpi: PACKAGES += $(call machine_packages,arm64-efi)
acpi: $(RMEMCHECK)
	$(RMEMCHECK) run --list selftests/acpi.toml --tree '$(TREE)' --out out/acpi

peers: PACKAGES += $(call machine_packages,arm64 arm riscv64)
peers: $(RMEMCHECK)
	$(RMEMCHECK) run --list selftests/peers.toml --out out/peers

cost: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/cost.py --sizes '$(SIZES)' '$(TREE)'

mutants: PACKAGES += $(call machine_packages,arm64 arm riscv64 x86_64)
mutants: $(RMEMCHECK)
	$(RMEMCHECK) run --kernel 'mutant=$(TREE)+series+selftests/mutants/' --out out/mutants

hazards:
	/usr/bin/python3 selftests/hazards.py

bench: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/bench.py

# The kit's folder as catalogue/kit.h has it, without what builds leave in it.
KIT = patches machines kmod guest Kconfig.fragment selftests/cases selftests/machines \
	selftests/mutants selftests/faults selftests/peers.toml selftests/faults.toml selftests/acpi.toml
INSTALLED_BIN = $(DESTDIR)$(PREFIX)/bin
INSTALLED_KIT = $(DESTDIR)$(PREFIX)/share/rmemcheck
INSTALLED_MAN = $(DESTDIR)$(PREFIX)/share/man/man1

install: $(RMEMCHECK)
	install -d '$(INSTALLED_BIN)' '$(INSTALLED_MAN)'
	install -m 755 $(RMEMCHECK) '$(INSTALLED_BIN)/rmemcheck'
	$(RMEMCHECK) --manual >$(BUILD)/rmemcheck.1
	install -m 644 $(BUILD)/rmemcheck.1 '$(INSTALLED_MAN)/rmemcheck.1'
	rm -rf '$(INSTALLED_KIT)'
	find $(KIT) -type f $(patsubst %,! -name '%',.* *.o *.ko *.mod *.mod.c *.order *.symvers *.cmd) \
		-exec sh -c 'for f; do install -D -m 644 "$$f" "$$0/$$f"; done' '$(INSTALLED_KIT)' {} +

uninstall:
	rm -rf '$(INSTALLED_KIT)'
	rm -f '$(INSTALLED_BIN)/rmemcheck' '$(INSTALLED_MAN)/rmemcheck.1'

# Only what is missing, in one go, and it says so.
packages:
	@there=$$(dpkg-query -W -f ';$${db:Status-Status} $${Package};' $(PACKAGES) 2>/dev/null); \
	missing=$$(for p in $(PACKAGES); do \
		case "$$there" in *";installed $$p;"*) ;; *) echo $$p;; esac; done); \
	[ -z "$$missing" ] || { echo "Installing:" $$missing; \
		SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$SUDO apt-get update -q && \
		$$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; }

clean:
	rm -rf $(BUILD) out
