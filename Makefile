# SPDX-License-Identifier: GPL-2.0-or-later
# make validate   an unpatched and a patched kernel, booted with every case and judged
# make check      the tests
# make series-check   each patch alone: style, warnings on four architectures, sparse, boot;
#                     all of them with odd configurations, and their ABI; a careless patch must be
#                     caught
# make suites     the kernel's own suites, on the unpatched and on the patched kernel
# make faults     what is made to fail inside the kernel, with KASAN and poisoned free pages
# make acpi       arm64 with UEFI and ACPI, and a tree that has /reserved-memory
# make peers      kernels that Debian ships, booted with the catalogue
# make cost       instructions and bytes that reserved memory costs at boot, against Debian's
#                 newest kernel source; SIZES=60+4,200+40 takes other trees
# make mutants    breaks the series on purpose; a rule must see it
# make hazards    HAZARDS.md from what "make validate MACHINES=all", peers, mutants, acpi, faults and
#                 series-check have left
# make bench      how long a boot and a verdict take, against a bare boot
# make packages   installs what is missing (root or sudo)
#
# MACHINES=arm,riscv64 or MACHINES=all validates on other machines than arm64 (machines/).
# TREE=/path/to/linux, TREE=/path/to/linux@COMMIT or TREE=v6.9-rc1 takes another tree than
# Debian's linux-source-6.1.

BUILD ?= build
TREE ?=
MACHINES ?= arm64
SIZES ?=
RMEMCHECK := $(BUILD)/plain/rmemcheck

# What builds rmemcheck, builds kernels, boots them and tests it all
PACKAGES := \
	g++ cmake ninja-build pkg-config libboost-dev libboost-filesystem-dev libfdt-dev \
	libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libarchive-dev libfmt-dev libssl-dev \
	libgtest-dev libgmock-dev clang-format clang-tidy \
	linux-source-6.1 gcc libc6-dev make git ccache flex bison bc libelf-dev xz-utils kmod perl \
	device-tree-compiler \
	python3 python3-pytest hyperfine cpio \
	linux-headers-$(shell dpkg --print-architecture)

# What the machines' files name; "all" are all of them. The tests boot arm64, whatever is asked for.
comma := ,
machine_packages = $(shell sed -n 's/^packages = \[\(.*\)\]/\1/p' \
	$(patsubst %,machines/%.toml,$(subst all,*,$(subst $(comma), ,$(1)))) | tr -d '"' | tr ',' ' ')
PACKAGES += $(sort $(call machine_packages,arm64 $(MACHINES)))

SOURCES = $(shell find tools machines -name '*.cc' -o -name '*.h')

.PHONY: all validate check unit sanitized format tidy selftests series-check suites faults acpi \
	peers cost mutants hazards bench packages clean

all: $(RMEMCHECK)

# Ninja knows best what is out of date.
$(RMEMCHECK): packages FORCE
	@cmake -S tools -B $(BUILD)/plain -G Ninja >$(BUILD)-cmake.log || { cat $(BUILD)-cmake.log; exit 1; }
	@rm -f $(BUILD)-cmake.log
	cmake --build $(BUILD)/plain --target rmemcheck
FORCE:

validate: $(RMEMCHECK)
	$(RMEMCHECK) run --tree '$(TREE)' --machine '$(MACHINES)' --out out/validate

check: format sanitized unit tidy selftests

unit: packages
	cmake -S tools -B $(BUILD)/plain -G Ninja
	cmake --build $(BUILD)/plain
	ctest --test-dir $(BUILD)/plain --output-on-failure --no-tests=error -j 2

sanitized: packages
	cmake -S tools -B $(BUILD)/sanitized -G Ninja -DSANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
	cmake --build $(BUILD)/sanitized
	ctest --test-dir $(BUILD)/sanitized --output-on-failure --no-tests=error -j 2

format: packages
	clang-format --dry-run --Werror $(SOURCES)

tidy: unit
	run-clang-tidy -quiet -p $(BUILD)/plain 'tools/.*\.cc$$'

# Debian's own Python: python3-pytest belongs to it.
selftests: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 -m pytest -q -p no:cacheprovider selftests

series-check: PACKAGES += sparse dwarves $(call machine_packages,arm64 arm riscv64 x86_64 sh-j2 sh-r2d arc um)
series-check: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/series_check.py '$(TREE)'

suites: PACKAGES += liburcu-dev
suites: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/suites.py '$(TREE)'

faults: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/faults.py

acpi: PACKAGES += qemu-efi-aarch64
acpi: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/acpi.py

peers: PACKAGES += $(call machine_packages,arm64 arm riscv64)
peers: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/peers.py

cost: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/cost.py --sizes '$(SIZES)' '$(TREE)'

mutants: PACKAGES += $(call machine_packages,arm64 arm riscv64 x86_64)
mutants: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/mutants.py --tree '$(TREE)'

hazards:
	/usr/bin/python3 selftests/hazards.py

bench: $(RMEMCHECK)
	RMEMCHECK=$(abspath $(RMEMCHECK)) /usr/bin/python3 selftests/bench.py

# Only what is missing, in one go, and it says so.
packages:
	@missing=$$(for p in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed' || echo $$p; done); \
	[ -z "$$missing" ] || { echo "Installing:" $$missing; \
		SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$SUDO apt-get update -q && \
		$$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; }

clean:
	rm -rf $(BUILD) out
