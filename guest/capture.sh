#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Collects on a live system, as root, what shows how its kernel treats reserved memory, and packs
# it into one archive for "rmemcheck judge ARCHIVE". It changes nothing: debugfs is mounted where
# it is not, and unmounted again. busybox is enough.
#
# The archive, read by tools/engine/captured.cc:
#
#   rmemcheck-capture/manifest          lines of fields with a tab between them:
#     rmemcheck-capture  1                  the format, first
#     arch  MACHINE                         uname -m
#     page-size  BYTES
#     firmware  acpi                        where the kernel has no device tree of its own
#     anonymized  yes|no
#     file  NAME                            there is evidence/NAME
#     absent  NAME  kernel|system  WHY  REMEDY
#                                           kernel: this kernel cannot show it
#     damaged  NAME  WHY  REMEDY            it is there, but not all of it
#     note  TEXT
#   rmemcheck-capture/evidence/NAME     named as by guest/init.c, and beside these version,
#                                       cmdline, config, meminfo, efi-memory-map
#
# Nothing in it names a person or a board of theirs, unless --all asks for it: serial numbers, host
# name, MAC and IP addresses, UUIDs, seeds, names of users, servers and gadgets, and the command
# line's words but for those known to be about memory or the console are overwritten with x or 0 of
# the same length, in the log and in the device tree alike; what programs have written into the log
# is left out.

all=no
out=
probe=

usage() {
	cat <<END
Usage: sh capture.sh [--all] [--probe FILE.ko] [--out FILE]

  --all            keep serial numbers, host name, addresses and the whole command line
  --probe FILE.ko  load the probe module (kmod/) for it, and unload it again
  --out FILE       the archive (rmemcheck-capture.tar.gz); - is standard output
END
}

say() { printf 'capture: %s\n' "$*" >&2; }
die() {
	say "$*"
	exit 1
}

while [ $# -gt 0 ]; do
	case $1 in
	--all) all=yes ;;
	--probe | --out | -o)
		[ $# -gt 1 ] && [ -n "$2" ] || die "$1: expected a file"
		case $1 in --probe) probe=$2 ;; *) out=$2 ;; esac
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) die "$1: no such option; --help shows what there is" ;;
	esac
	shift
done

umask 077
LC_ALL=C
PATH=${PATH:-/bin}:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

for tool in awk basename cat dd dmesg grep head mkdir mv od rm sed tar tr uname wc; do
	command -v "$tool" >/dev/null 2>&1 || die "$tool: expected this program; busybox has it"
done
[ "$(id -u 2>/dev/null || echo 0)" = 0 ] || die "expected root: sudo sh capture.sh"
[ -r /proc/version ] || die "/proc is not mounted: mount -t proc proc /proc"
[ -d /sys/kernel ] || die "/sys is not mounted: mount -t sysfs sysfs /sys"
[ -z "$probe" ] || [ -r "$probe" ] || die "--probe $probe: no such file"

work=$(mktemp -d 2>/dev/null) || work=${TMPDIR:-/tmp}/rmemcheck-capture.$$
[ -d "$work" ] || mkdir "$work" || die "$work: cannot be made"
top=$work/rmemcheck-capture
evidence=$top/evidence
manifest=$top/manifest
mounted=
loaded=

clean_up() {
	[ -z "$loaded" ] || rmmod reserved_mem_probe 2>/dev/null
	[ -z "$mounted" ] || umount "$mounted" 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

mkdir "$top" "$evidence" || die "$work: no room"

# ---- The manifest

record() {
	line=$1
	shift
	for field in "$@"; do
		line="$line	$(printf %s "$field" | tr '\n\t' '  ')"
	done
	printf '%s\n' "$line" >>"$manifest"
}

forget() { # NAME: that it is there
	sed "/^file	$1\$/d" "$manifest" >"$work/text" && mv "$work/text" "$manifest"
}

absent() { # NAME kernel|system WHY REMEDY
	rm -f "$evidence/$1"
	record absent "$@"
}

has_config() { [ -s "$evidence/config" ] && grep -q "^$1=[ym]" "$evidence/config"; }

# ---- What stands in the way

last_error() { sed 's/.*: //' "$work/error" | head -n 1; } # Without the program's name

locked_down() { # Prints how far the kernel is locked down; nothing where it is not
	sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/security/lockdown 2>/dev/null | grep -v '^none$' && return
	grep -q 'Kernel is locked down from' "$evidence/dmesg" 2>/dev/null && echo yes
}

blocked() { # NAME PATH: it is there and cannot be read; $work/error says why
	how=$(locked_down)
	if [ -n "$how" ]; then
		absent "$1" system "the kernel is locked down ($how), so $2 cannot be read" \
			"capture on a boot without Secure Boot, or with lockdown=none on the command line"
	else
		absent "$1" system "$2 cannot be read: $(last_error)" \
			"capture as root, outside of containers"
	fi
}

take() { # NAME PATH: false, and nothing recorded, where the path is not there
	[ -e "$2" ] || return 1
	if cat "$2" >"$evidence/$1" 2>"$work/error"; then
		if [ -s "$evidence/$1" ]; then
			record file "$1"
		else
			absent "$1" system "$2 is empty" "capture again after a fresh boot"
		fi
	else
		blocked "$1" "$2"
	fi
}

# ---- Words of the command line that are kept, and what is none of ours in any text

cat >"$work/words.awk" <<'AWK'
function crosses(count,  text) {
	text = ""
	while (count-- > 0)
		text = text "x"
	return text
}
function learn_words(  list, n, i) {
	n = split("mem memmap mem_sleep_default cma cma_pernuma numa_cma hugetlb_cma crashkernel " \
		"elfcorehdr kexec_core.load_limit earlycon earlyprintk console keep_bootcon iommu " \
		"iommu.passthrough iommu.strict arm-smmu.disable_bypass intel_iommu amd_iommu swiotlb " \
		"swiotlb_debug coherent_pool atomic_pool_size dma_debug movablecore kernelcore movable_node " \
		"hugepages hugepagesz default_hugepagesz hugetlb_free_vmemmap transparent_hugepage vmalloc " \
		"highmem nohighmem memblock memtest memory_hotplug.memmap_on_memory memhp_default_state " \
		"reserve_mem efi efi_fake_mem efi_no_storage_paranoia add_efi_memmap efi_pstore.pstore_disable " \
		"acpi nokaslr kaslr kasan kasan.mode kfence.sample_interval kmemleak page_owner page_poison " \
		"debug_pagealloc slub_debug init_on_alloc init_on_free rodata kpti nopti numa numa_balancing " \
		"maxcpus nr_cpus possible_cpus nosmp panic panic_on_warn oops quiet debug loglevel " \
		"ignore_loglevel initcall_debug log_buf_len printk.time printk.devkmsg lockdown debugfs " \
		"ro rw rootwait rootdelay noinitrd splash nomodeset ramoops.mem_address ramoops.mem_size " \
		"ramoops.record_size ramoops.mem_type pstore.backend dyndbg of_devlink fw_devlink " \
		"fw_devlink.strict clk_ignore_unused pd_ignore_unused kvm-arm.mode id_aa64mmfr1.vh " \
		"arm64.nopauth arm64.nobti arm64.nomte norandmaps vm.overcommit_memory " \
		"unload_probe end_by", list, " ")
	for (i = 1; i <= n; i++)
		is_kept[list[i]] = 1
}
function masked_word(word,  at, key) {
	at = index(word, "=")
	key = at ? substr(word, 1, at - 1) : word
	if (key in is_kept || word == "--")
		return word
	return at ? key "=" crosses(length(word) - at) : crosses(length(word))
}
# Of the same length, whatever stands between the words
function masked_words(text,  result, at, word) {
	result = ""
	while (text != "") {
		at = match(text, /[^ \t\n\v\f\r]+/)
		if (!at)
			return result text
		word = substr(text, RSTART, RLENGTH)
		result = result substr(text, 1, RSTART - 1) masked_word(word)
		text = substr(text, RSTART + length(word))
	}
	return result
}
AWK

# What a value is, the last word of its name tells: that of a property, or in front of a "=".
cat >"$work/kinds.awk" <<'AWK'
function is_secret(name) {
	if (name ~ /^#/) # As in "#mac-cells"
		return 0
	name = "-" tolower(name) "-"
	gsub(/[^a-z]+/, "-", name)
	return name ~ /-(serial|sn|esn|mac|duid|ecid|imei|imsi|meid|iccid|uid)-$/ ||
		name ~ /serial-?(number|num|no|nr)-|(machine|chip|cpu|die|unique)-?id-|seed-$|uuid|guid/ ||
		name ~ /-(pass|pwd|psk|[be]?ssid|key)-$|passw|passphrase|secret|token|owner|host-?name/ ||
		name ~ /(mac|bd|bt|hw|eth|ether|-ip|wifi|wlan)-?addr/
}
function replace_all(text, what,  at, result) {
	result = ""
	while ((at = index(text, what)) > 0) {
		result = result substr(text, 1, at - 1) crosses(length(what))
		text = substr(text, at + length(what))
	}
	return result text
}
function replace_form(text, form,  result) {
	result = ""
	while (match(text, form)) {
		result = result substr(text, 1, RSTART - 1) crosses(RLENGTH)
		text = substr(text, RSTART + RLENGTH)
	}
	return result text
}
function learn_forms(  h, h2, h4, d) {
	h = "[0-9A-Fa-f]"
	h2 = h h
	h4 = h2 h2
	d = "[0-9][0-9]?[0-9]?"
	mac = h2 ":" h2 ":" h2 ":" h2 ":" h2 ":" h2 "(:" h2 ")*"
	mac_of_dashes = h2 "-" h2 "-" h2 "-" h2 "-" h2 "-" h2
	uuid = h4 h4 "-" h4 "-" h4 "-" h4 "-" h4 h4 h4
	ip = d "\\." d "\\." d "\\." d
}
# Eight groups of digits, or fewer where "::" stands for the others: no time and no PCI device.
function is_ip6(text,  group, count, i) {
	count = split(text, group, ":")
	for (i = 1; i <= count; i++)
		if (length(group[i]) > 4)
			return 0
	return index(text, "::") ? count <= 9 && text != "::" : count == 8
}
function hide_ip6(text,  result, found, before, after) {
	result = ""
	while (match(text, /[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Fa-f:]*/)) {
		found = substr(text, RSTART, RLENGTH)
		result = result substr(text, 1, RSTART - 1)
		text = substr(text, RSTART + RLENGTH)
		before = after = ""
		# "addr:fe80::1: ", "led0::a": a colon that ends a word before it, or begins one behind it
		if (match(found, /^:[^:]/) || (result ~ /[A-Za-z0-9_]$/ && match(found, /^[^:]*:/))) {
			before = substr(found, 1, index(found, ":"))
			found = substr(found, index(found, ":") + 1)
		}
		if (match(found, /[^:]:$/) || (text ~ /^[A-Za-z0-9_]/ && match(found, /:[^:]*$/))) {
			match(found, /:[^:]*$/)
			after = substr(found, RSTART)
			found = substr(found, 1, RSTART - 1)
		}
		result = result before (is_ip6(found) ? crosses(length(found)) : found) after
	}
	return result text
}
function hide_addresses(text) {
	return hide_ip6(replace_form(replace_form(replace_form(text, mac), mac_of_dashes), ip))
}
AWK

# What the command line keeps to itself, one value a line: it may stand in the log, too.
cat >"$work/values.awk" <<'AWK'
BEGIN { learn_words() }
{
	for (i = 1; i <= NF; i++)
		if (masked_word($i) != $i) {
			at = index($i, "=")
			value = at ? substr($i, at + 1) : ""
			gsub(/"/, "", value)
			if (length(value) >= 6)
				print value
		}
}
AWK

cat >"$work/text.awk" <<'AWK'
# Where it is no part of a longer word
function replace_name(text, name,  at, before, after, result) {
	result = ""
	while ((at = index(text, name)) > 0) {
		before = at > 1 ? substr(text, at - 1, 1) : substr(result, length(result), 1)
		after = substr(text, at + length(name), 1)
		result = result substr(text, 1, at - 1)
		if (before ~ /[A-Za-z0-9_,-]/ || after ~ /[A-Za-z0-9_,-]/)
			result = result name
		else
			result = result crosses(length(name))
		text = substr(text, at + length(name))
	}
	return result text
}
# What stands behind one form, up to another or to the end
function hide_between(text, begin, end,  at, rest) {
	if (!match(text, begin))
		return text
	at = RSTART + RLENGTH
	rest = substr(text, at)
	if (end == "")
		return substr(text, 1, at - 1) crosses(length(rest))
	return match(rest, end) ? substr(text, 1, at - 1) crosses(RSTART - 1) substr(rest, RSTART) : text
}
# A word behind a form, of which capitals and small letters are the same
function hide_words_behind(text, form,  result) {
	result = ""
	while (match(tolower(text), form)) {
		result = result substr(text, 1, RSTART + RLENGTH - 1)
		text = substr(text, RSTART + RLENGTH)
		match(text, /^[^ ,;"')]*/)
		result = result crosses(RLENGTH)
		text = substr(text, RLENGTH + 1)
	}
	return result text
}
# 'acct="alice"', "host=board, "
function hide_values(text,  result, name) {
	result = ""
	while (match(text, /[A-Za-z][A-Za-z0-9_.-]*=/)) {
		name = substr(text, RSTART, RLENGTH - 1)
		result = result substr(text, 1, RSTART + RLENGTH - 1)
		text = substr(text, RSTART + RLENGTH)
		if (is_secret(name) || is_of_person(name)) {
			match(text, /^("[^"]*"?|'[^']*'?|[^ ,;"')]*)/)
			result = result crosses(RLENGTH)
			text = substr(text, RLENGTH + 1)
		}
	}
	return result text
}
function is_of_person(name) {
	return tolower(name) ~ /(^|[_.-])(acct|account|user|login|host|domain|label|rootpath|nfsroot)$/
}
# "Chip serial: X", "serial no X", "SN: X", but no "Serial: AMBA PL011 UART driver"
function hide_titled(text) {
	if (text ~ /^Serial: .*driver/ || !match(tolower(text), title))
		return text
	return substr(text, 1, RSTART + RLENGTH - 1) crosses(length(text) - RSTART - RLENGTH + 1)
}
# All that stands behind a text, word by word
function mask_behind(text, mark,  at) {
	at = index(text, mark)
	return substr(text, 1, at + length(mark) - 1) masked_words(substr(text, at + length(mark)))
}
# What the kernel says of memory names nodes of the tree and addresses, and nobody
function is_of_memory(text) {
	return text ~ /reserved mem: |Reserved memory: |cma: |memblock|\[mem |Linux version |^Memory: /
}
BEGIN {
	learn_words()
	learn_forms()
	bound = "(^|[^a-z0-9_.-])" # fe660000.serial: and msm_serial: are no titles
	title = "serial ?(number|num|no|nr|#)[ .:=]+|" bound "(s/n[ :=]+|[be]?ssid[ :]+)|" bound \
		"(serial|sn|wwn|imei|imsi|meid|iccid|ecid|(host|user|domain|device) ?name)( ?:| =|#) *"
	# "nfs: server X", "//server/share", "\\\\server\\share", names of iSCSI and NVMe
	named = "(^|[ (])(server|cannot monitor|device label) +|(^|[^a-z0-9:])//|" \
		"\\\\\\\\|(^|[^a-z0-9])[in]qn\\."
	while ((getline line <secrets) > 0)
		secret[++secret_count] = line
	while ((getline line <names) > 0)
		name[++name_count] = line
	getline line <"/proc/cmdline" # The log shows further lines of it without a title
	while ((getline line <"/proc/cmdline") > 0)
		is_argument[line] = 1
}
{
	prefix = ""
	text = $0
	has_level = match(text, /^<[0-9]+>/)
	if (has_level) {
		is_raw = 1
		from_program = substr(text, 2, RLENGTH - 2) + 0 >= 8
		prefix = substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
	}
	if (match(text, /^\[[^]]*\]( *\[[^]]*\])? /)) {
		prefix = prefix substr(text, 1, RLENGTH)
		text = substr(text, RLENGTH + 1)
	}
	# Where no level tells, a program is known by its number. Among lines with levels, one with
	# neither level nor time goes on with the one before it.
	if (!has_level && (prefix != "" || !is_raw))
		from_program = text ~ /^[^ ]+\[[0-9]+\]: /
	if (from_program) {
		print prefix "(written by a program)"
		next
	}
	if (index(text, "ommand line: "))
		text = mask_behind(text, "ommand line: ")
	else if (index(text, "ommand line parameters"))
		text = mask_behind(text, "ommand line parameters")
	else if (text in is_argument)
		text = masked_words(text)
	else if (text ~ /^ +with (arguments|environment):/)
		is_listing = 1
	else if (is_listing && text ~ /^    /)
		text = masked_words(text)
	else
		is_listing = 0
	if (index(text, "Linux version "))
		sub(/\([^()@]*@[^()]*\) /, "(x@x) ", text)
	text = replace_form(text, uuid)
	# Programs have written what the kernel audits, but for its own first word
	if (text !~ /^(audit: )?type=2000 /)
		text = hide_between(text, "^(audit: )?type=[0-9]+ audit\\([0-9.:]+\\): ", "")
	# What a device calls itself, which its owner may have chosen; the tree has names of others
	if (text !~ / as \/devices\/platform\/[^\/]+\/input\//)
		text = hide_between(text, "^input: ", " as /devices/")
	text = hide_between(text, " HID v[^[]*\\[", "\\] on ")
	text = hide_between(text, "^usb [0-9.-]+: Product: ", "")
	# Of keys that a machine's owner has enrolled; those that the kernel has built in stay
	text = hide_between(text, "^integrity: Loaded X.509 cert '", "'$")
	if (!is_of_memory(text)) {
		text = hide_words_behind(hide_values(hide_addresses(text)), named)
		text = hide_titled(text)
		for (i = 1; i <= secret_count; i++)
			text = replace_all(text, secret[i])
		for (i = 1; i <= name_count; i++)
			text = replace_name(text, name[i])
	}
	print prefix text
}
AWK

# Walks a DTB that od shows as bytes, and prints what to write over it: "BYTE OFFSET LENGTH", the
# byte as tr reads it. The format: Devicetree Specification, chapter 5.
cat >"$work/fdt.awk" <<'AWK'
function number(at) {
	return ((byte[at] * 256 + byte[at + 1]) * 256 + byte[at + 2]) * 256 + byte[at + 3]
}
function string_at(at,  text) {
	text = ""
	while (at < count && byte[at] != 0)
		text = text sprintf("%c", byte[at++])
	return text
}
# A character for each byte. What ends a word for the kernel is a blank, and so is a string's end.
function text_at(at, length_of,  text, end) {
	text = ""
	for (end = at + length_of; at < end; at++)
		if (byte[at] > 32 && byte[at] < 127)
			text = text sprintf("%c", byte[at])
		else
			text = text (byte[at] <= 32 || byte[at] == 160 ? " " : "\001")
	return text
}
# What differs, run by run
function cross_out(at, text, masked,  i, length_of) {
	length_of = 0
	for (i = 1; i <= length(text) + 1; i++)
		if (substr(text, i, 1) != substr(masked, i, 1))
			length_of++
		else if (length_of > 0) {
			print "x", at + i - 1 - length_of, length_of
			length_of = 0
		}
}
function property(name, at, length_of,  text, masked, i) {
	if (name ~ /^(compatible|status|name|device_type|reg|ranges|size|alignment|alloc-ranges)$/)
		return
	# serial0 = "/soc/serial@9000000"
	if (node !~ /^(aliases|__symbols__)$/ && (is_secret(name) || name == "address")) {
		if (length_of > 0)
			print "\\000", at, length_of
		return
	}
	masked = text = text_at(at, length_of)
	if (name ~ /bootargs|bootconfig|cmdline|boot-?(command|cmd)/)
		masked = masked_words(text)
	masked = hide_addresses(replace_form(masked, uuid))
	for (i = 1; i <= secret_count; i++) # As in a model's name
		masked = replace_all(masked, secret[i])
	cross_out(at, text, masked)
}
BEGIN {
	learn_words()
	learn_forms()
	while ((getline line <secrets) > 0)
		secret[++secret_count] = line
}
{
	for (i = 1; i <= NF; i++)
		byte[count++] = $i + 0
}
END {
	if (count < 40 || number(0) != 3490578157)
		exit 1
	at = number(8)
	strings = number(12)
	for (;;) {
		if (at + 4 > count)
			exit 1
		token = number(at)
		at += 4
		if (token == 1) {
			node = string_at(at)
			while (byte[at] != 0 && at < count)
				at++
			at = int((at + 4) / 4) * 4
		} else if (token == 3) {
			size = number(at)
			name = string_at(strings + number(at + 4))
			if (at + 8 + size > count)
				exit 1
			property(name, at + 8, size)
			at = int((at + 8 + size + 3) / 4) * 4
		} else if (token == 9) {
			end = strings + number(32) # Behind it are leftovers of whoever has changed the tree
			if (end < at)
				end = at
			while (count > end && byte[count - 1] == 0)
				count--
			if (end < count)
				print "\\000", end, count - end
			exit 0
		} else if (token != 2 && token != 4)
			exit 1
	}
}
AWK

awk_with() { # PROGRAM FILE...: with the words, the secrets and the names
	program=$1
	shift
	cat "$work/words.awk" "$work/kinds.awk" "$work/$program" >"$work/program.awk"
	awk -v secrets="$work/secrets" -v names="$work/names" -f "$work/program.awk" "$@"
}

# ---- What must not get into the archive

collect_secrets() {
	: >"$work/secrets"
	: >"$work/names"
	[ "$all" = no ] || return 0
	{
		for file in /proc/device-tree/serial-number /sys/class/net/*/address \
			/sys/class/dmi/id/*_serial /sys/class/dmi/id/product_uuid \
			/sys/devices/soc*/serial_number /sys/block/*/device/serial /sys/block/*/serial \
			/sys/bus/usb/devices/*/serial /sys/bus/mmc/devices/*/serial \
			/sys/bus/mmc/devices/*/cid /etc/machine-id; do
			[ -r "$file" ] && tr -d '\000' <"$file" 2>/dev/null && echo
		done
		cat /sys/class/net/*/address 2>/dev/null | tr -d :
		sed -n 's/^Serial[	 ]*: *//p' /proc/cpuinfo
		awk_with values.awk /proc/cmdline
	} | sed 's/^ *//; s/ *$//' | awk 'length($0) >= 4 && !/^[0x:. -]*$/ && !seen[$0]++ &&
		tolower($0) !~ /^(none|default string|to be filled.*|not specified|unknown|linux)$/' \
		>"$work/found"
	mv "$work/found" "$work/secrets"
	{
		uname -n
		cat /etc/hostname 2>/dev/null
	} | sed 's/\..*//' | awk 'length($0) >= 2 && !seen[$0]++ && $0 != "localhost" && $0 != "(none)"' \
		>"$work/names"
}

hide_in_text() { # NAME: of the evidence
	[ "$all" = no ] && [ -s "$evidence/$1" ] || return 0
	if awk_with text.awk "$evidence/$1" >"$work/text" && [ -s "$work/text" ]; then
		mv "$work/text" "$evidence/$1"
	else
		rm -f "$evidence/$1"
		die "$1: awk could not take out what names a person; nothing is written"
	fi
}

hide_in_fdt() {
	[ "$all" = no ] && [ -s "$evidence/fdt" ] || return 0
	od -An -v -tu1 "$evidence/fdt" >"$work/bytes"
	if ! awk_with fdt.awk "$work/bytes" >"$work/edits"; then
		forget fdt
		absent fdt system "/sys/firmware/fdt is not understood, so nothing can be taken out of it" \
			"capture with --all, which keeps it as it is"
		return
	fi
	while read -r byte offset length; do
		dd if=/dev/zero bs="$length" count=1 2>/dev/null | tr '\000' "$byte" |
			dd of="$evidence/fdt" bs=1 seek="$offset" conv=notrunc 2>"$work/error" ||
			die "fdt: $(cat "$work/error")"
	done <"$work/edits"
}

# ---- The pieces

capture_config() {
	release=$(uname -r)
	if [ -r /proc/config.gz ] && gzip -dc /proc/config.gz >"$evidence/config" 2>/dev/null; then
		:
	else
		for file in "/boot/config-$release" "/lib/modules/$release/config" \
			"/usr/lib/modules/$release/config" "/lib/modules/$release/build/.config" /boot/config; do
			[ -r "$file" ] && cat "$file" >"$evidence/config" && break
		done
	fi
	if grep -q '^CONFIG_' "$evidence/config" 2>/dev/null; then
		record file config
	else
		absent config system \
			"there is neither /proc/config.gz nor /boot/config-$release" \
			"modprobe configs, or build with CONFIG_IKCONFIG_PROC=y"
	fi
}

# Strings of it are paths and command lines of whoever built it.
hide_in_config() {
	[ "$all" = no ] && [ -s "$evidence/config" ] || return 0
	sed '/^CONFIG_CC_VERSION_TEXT=/!s/^\(CONFIG_[A-Za-z0-9_]*\)="..*"/\1="x"/' "$evidence/config" \
		>"$work/text" && mv "$work/text" "$evidence/config"
}

reads_dmesg() { # Levels are wanted, and a buffer that holds the text of all of the ring
	for words in "-S -r -s 16777216" "-r -s 16777216" -r ""; do
		# shellcheck disable=SC2086
		dmesg $words >"$work/log" 2>"$work/error" && [ -s "$work/log" ] && return 0
	done
	return 1
}

is_whole_log() { grep -q 'Linux version [0-9]' "$1"; }

# The kernel's own lines of the last boot in a log that a daemon keeps, without what the daemon puts
# in front of them. Each carries the tag "kernel:". In front of a tag stands no word with a colon at
# its end, so that a program which writes "kernel: " is still known by its own tag. A log of which
# only the kernel's lines are expected may show them bare, as dmesg does.
cat >"$work/older.awk" <<'AWK'
BEGIN {
	date = "([A-Z][a-z][a-z] )?[A-Z][a-z][a-z] +[0-9]+ [0-9]+:[0-9:.]+"
	iso = "[0-9-]+T[^ ]+"
	seconds = "\\[ *[0-9]+\\.[0-9]+\\]"
	host_or_year = "( [^ :]+)?"
	facility = "( [a-z0-9]+\\.[a-z]+)?"
	tagged = "^(" date "|" iso "|" seconds ")" host_or_year facility " kernel: "
	bare = "^(<[0-9]+>)?" seconds
}
match($0, tagged) {
	end = RLENGTH
	text = substr($0, end + 1)
	if (match($0, "^" seconds)) # Of the journal
		text = substr($0, 1, RLENGTH) " " text
	keep(text)
}
is_kernels_alone && $0 ~ bare { keep($0) }
function keep(text) {
	if (text ~ /Linux version [0-9]/)
		count = 0
	line[count++] = text
}
END {
	for (i = 0; i < count; i++)
		print line[i]
}
AWK

# It must have what the ring shows of the kernel, or be of this kernel where there is no ring. The
# ring's first line may have lost its beginning.
last_boot_of() { # FILE [kernel's alone]
	awk -v is_kernels_alone="${2:+1}" -f "$work/older.awk" "$1" >"$work/older" &&
		is_whole_log "$work/older" || return 1
	if [ -s "$work/log" ]; then
		sed -n '2,$s/^<[0-7]>//p' "$work/log" | head -n 1 | sed 's/^\[[^]]*\] //'
	else
		cat /proc/version
	fi >"$work/known"
	grep -qF -f "$work/known" "$work/older"
}

find_older_log() {
	if command -v journalctl >/dev/null 2>&1 &&
		journalctl -k -b -o short-monotonic --no-hostname --no-pager >"$work/journal" 2>/dev/null &&
		last_boot_of "$work/journal"; then
		older=journalctl
		return 0
	fi
	for older in /var/log/dmesg /var/log/kern.log /var/log/messages /var/log/syslog /var/log/boot.dmesg; do
		case $older in *dmesg) alone=alone ;; *) alone= ;; esac
		[ -r "$older" ] && last_boot_of "$older" "$alone" && return 0
	done
	return 1
}

capture_dmesg() {
	if ! reads_dmesg; then
		if find_older_log; then
			cat "$work/older" >"$evidence/dmesg"
			record file dmesg
			record note "the kernel's ring cannot be read; the log is that of $older"
			return
		fi
		absent dmesg system "the kernel's ring cannot be read: $(last_error)" \
			"capture as root, outside of containers, or sysctl kernel.dmesg_restrict=0"
		return
	fi
	cat "$work/log" >"$evidence/dmesg"
	record file dmesg
	is_whole_log "$work/log" && return
	if find_older_log; then
		cat "$work/older" >"$evidence/dmesg"
		record note "the kernel's ring has wrapped; the log is that of $older"
	else
		record damaged dmesg "the kernel's ring has wrapped: its first lines are gone" \
			"boot with log_buf_len=16M on the command line and capture soon after"
	fi
}

find_debugfs() { # Sets debugfs, or why_no_debugfs and its class and remedy
	debugfs=$(awk '$3 == "debugfs" { print $2; exit }' /proc/mounts)
	[ -z "$debugfs" ] || return 0
	if ! grep -qw debugfs /proc/filesystems; then
		debugfs_class=kernel
		why_no_debugfs="this kernel has no debugfs (CONFIG_DEBUG_FS)"
		debugfs_remedy="build the kernel with CONFIG_DEBUG_FS=y"
	elif mount -t debugfs debugfs /sys/kernel/debug 2>"$work/error"; then
		debugfs=/sys/kernel/debug
		mounted=$debugfs
	else
		debugfs_class=system
		why_no_debugfs="debugfs cannot be mounted: $(last_error)"
		debugfs_remedy="boot without debugfs=off and without lockdown, capture as root"
	fi
}

from_debugfs() { # NAME PATH OPTION WHY REMEDY; OPTION is what shows it
	if [ -z "$debugfs" ]; then
		absent "$1" "$debugfs_class" "$why_no_debugfs" "$debugfs_remedy"
	elif take "$1" "$debugfs/$2"; then
		:
	elif [ -n "$3" ] && has_config "$3"; then
		absent "$1" system "$debugfs/$2 is not there, though the kernel has $3" \
			"boot without debugfs=off and without lockdown"
	else
		absent "$1" kernel "$4" "$5"
	fi
}

capture_probe() {
	if [ -n "$probe" ] && ! grep -q '^reserved_mem_probe ' /proc/modules 2>/dev/null; then
		if insmod "$probe" log=0 2>"$work/error"; then
			loaded=yes
		else
			absent probe system "the probe cannot be loaded: $(last_error)" \
				"build kmod/ against this very kernel; sign it where the kernel asks for that"
			return
		fi
	fi
	from_debugfs probe reserved_mem_probe/regions '' "the probe is not loaded" \
		"make -C kmod KDIR=/lib/modules/\$(uname -r)/build, then capture with --probe reserved_mem_probe.ko"
}

capture_memblock() {
	for name in memory reserved; do
		from_debugfs "memblock-$name" "memblock/$name" CONFIG_ARCH_KEEP_MEMBLOCK \
			"this kernel forgets memblock after its boot (CONFIG_ARCH_KEEP_MEMBLOCK)" \
			"boot with memblock=debug on the command line: then the log has it"
	done
}

capture_page_tables() {
	option=CONFIG_PTDUMP_DEBUGFS
	case $(uname -m) in arm*) option=CONFIG_ARM_PTDUMP_DEBUGFS ;; esac
	from_debugfs kernel_page_tables kernel_page_tables $option \
		"this kernel does not show its page tables ($option)" "build the kernel with $option=y"
}

capture_iomem() {
	take iomem /proc/iomem || absent iomem system "there is no /proc/iomem" "capture outside of containers"
	if [ -s "$evidence/iomem" ] && ! grep -q '[1-9a-f][0-9a-f]* : ' "$evidence/iomem"; then
		forget iomem
		absent iomem system "/proc/iomem shows zeros for addresses: it was read without privilege" \
			"capture as root, outside of containers"
	fi
}

capture_fdt() {
	take fdt /sys/firmware/fdt && return
	if [ ! -d /proc/device-tree ]; then
		absent fdt kernel "this system has no device tree" "none: there is no /reserved-memory to judge"
	elif command -v dtc >/dev/null 2>&1 && dtc -q -I fs -O dtb -o "$evidence/fdt" /proc/device-tree 2>/dev/null; then
		record file fdt
		record note "there is no /sys/firmware/fdt; the tree is that of /proc/device-tree, without /memreserve/"
	else
		absent fdt system "there is no /sys/firmware/fdt" \
			"dtc -I fs -O dtb -o board.dtb /proc/device-tree, then rmemcheck judge ARCHIVE --dtb board.dtb"
	fi
}

capture_efi() {
	[ -d /sys/firmware/efi ] || return 0
	for entry in /sys/firmware/efi/runtime-map/*/; do
		[ -r "${entry}phys_addr" ] || continue
		printf '%s type %s phys %s pages %s attribute %s\n' "$(basename "$entry")" \
			"$(cat "${entry}type")" "$(cat "${entry}phys_addr")" "$(cat "${entry}num_pages")" \
			"$(cat "${entry}attribute")" >>"$evidence/efi-memory-map"
	done
	if [ -s "$evidence/efi-memory-map" ]; then
		record file efi-memory-map
	elif grep -q 'efi: Processing EFI memory map' "$evidence/dmesg" 2>/dev/null; then
		record note "the log has UEFI's memory map"
	else
		absent efi-memory-map system "this kernel does not show UEFI's memory map" \
			"boot with efi=debug on the command line: then the log has it"
	fi
}

page_size() {
	size=$(getconf PAGESIZE 2>/dev/null) && [ -n "$size" ] && echo "$size" && return
	awk '/^KernelPageSize:/ { print $2 * 1024; exit }' /proc/self/smaps 2>/dev/null
}

record rmemcheck-capture 1
record anonymized "$([ "$all" = yes ] && echo no || echo yes)"
record arch "$(uname -m)"
size=$(page_size)
[ -z "$size" ] || record page-size "$size"
[ -d /sys/firmware/acpi/tables ] && [ ! -d /proc/device-tree/reserved-memory ] && record firmware acpi

collect_secrets
capture_config
find_debugfs
capture_probe
capture_dmesg
capture_memblock
capture_iomem
capture_fdt
capture_page_tables
capture_efi
take meminfo /proc/meminfo
take version /proc/version
take cmdline /proc/cmdline

hide_in_text dmesg
hide_in_text version
if [ "$all" = no ]; then
	sed 's/^/command line: /' "$evidence/cmdline" >"$work/line" && mv "$work/line" "$evidence/cmdline"
	hide_in_text cmdline
	sed 's/^command line: //' "$evidence/cmdline" >"$work/line" && mv "$work/line" "$evidence/cmdline"
fi
hide_in_config
hide_in_fdt

# ---- One archive

(cd "$work" && tar -cf archive.tar rmemcheck-capture) || die "$work: tar has failed"
archive=$work/archive.tar
ending=tar
if command -v gzip >/dev/null 2>&1 && gzip "$archive"; then
	archive=$archive.gz
	ending=tar.gz
fi
if [ "$out" = - ]; then
	cat "$archive" || die "standard output: cannot be written"
else
	[ -n "$out" ] || out=rmemcheck-capture.$ending
	cat "$archive" >"$out" || die "$out: cannot be written"
	say "$out: $(wc -c <"$out") bytes; rmemcheck judge $out"
fi
awk -F '\t' '$1 == "absent" { print "capture: without " $2 ": " $4 }
	$1 == "damaged" { print "capture: " $2 ": " $3 }' "$manifest" >&2
[ "$all" = yes ] || say "what names a person or a board is overwritten; have a look before you send it"
