# SPDX-License-Identifier: GPL-2.0-or-later
# make check      the tests
# make packages   installs what is missing (root or sudo)

BUILD ?= build
PACKAGES := g++ cmake ninja-build pkg-config clang-format libboost-dev libboost-filesystem-dev \
	libfdt-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libarchive-dev libfmt-dev \
	libssl-dev libgtest-dev libgmock-dev

.PHONY: check format packages clean

check: packages format
	cmake -S tools -B $(BUILD)/sanitized -G Ninja -DSANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
	cmake --build $(BUILD)/sanitized
	ctest --test-dir $(BUILD)/sanitized --output-on-failure --no-tests=error -j 2

format: packages
	clang-format --dry-run --Werror $$(find tools -name '*.cc' -o -name '*.h')

# Only what is missing, in one go, and it says so.
packages:
	@missing=$$(for p in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed' || echo $$p; done); \
	[ -z "$$missing" ] || { echo "Installing:" $$missing; \
		SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$SUDO apt-get update -q && \
		DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -q --no-install-recommends $$missing; }

clean:
	rm -rf $(BUILD) out
