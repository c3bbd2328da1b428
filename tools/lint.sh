#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lint.sh BUILD FILE: clang-tidy on one file, as it is compiled in BUILD. What it has found nothing
# in is remembered by all that it sees: itself, its checks, the text with its headers, comments and
# macros.
set -e
command=$(sed -n "s|^  \"command\": \"\(.*\) -o [^ ]* -c \(.*/$2\)\",\$|\1 -E -dD -C -P \2|p" \
	"$1/compile_commands.json" | sed 's/\\"/"/g')
[ -n "$command" ] || { echo "$2: no target compiles it" >&2; exit 1; }
text=$(cd "$1" && eval "$command")
seen=$(clang-tidy --version | cat - .clang-tidy "$0" && printf %s "$text")
seen=$(printf %s "$seen" | sha256sum)
known=${XDG_CACHE_HOME:-$HOME/.cache}/rmemcheck/lint/${seen%% *}
[ -e "$known" ] && exit
echo "clang-tidy $2"
# The analyzer follows our code, and not the library's behind it, which takes most of its time.
clang-tidy -quiet -p "$1" --extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang \
	--extra-arg=c++-stdlib-inlining=false,max-nodes=75000 "$2"
mkdir -p "${known%/*}"
: >"$known"
