// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the guest: loads the modules that /modules/order names, hands the
 * evidence to the host over a virtio port and powers off.
 *
 * The stream, one frame a file, read by tools/guest/frames.cc:
 *
 *   file NAME LENGTH CRC32HEX\n  LENGTH bytes  \n
 *   absent NAME ERRNO\n
 *   end COUNT\n                  COUNT of the frames before it
 *
 * The last module is the probe; where it cannot be loaded, the errno of
 * finit_module() stands in the frame of its file. What goes wrong beside that
 * is said on the console.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PORT_NAME "rmemcheck.evidence"
#define PORT_WAIT_MS 10000

#define HEADER_LENGTH 128	/* room for a frame's first line */

#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_SIZE_BUFFER 10

/* Bytes of a file, with room for the frame's first line in front of them. */
struct content {
	char *memory;
	size_t capacity;
	size_t length;
};

static int port = -1;
static unsigned int frames;
static int probe_error = ENOENT;

static void complain(const char *format, ...)
{
	char line[512];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof(line))
		length = sizeof(line) - 1;
	dprintf(STDERR_FILENO, "rmemcheck-init: %.*s\n", length, line);
}

/* Where nothing can power off, end_by=restart on the kernel command line says so. */
static void __attribute__((noreturn)) power_off(void)
{
	const char *end_by = getenv("end_by");

	reboot(end_by && !strcmp(end_by, "restart") ? RB_AUTOBOOT : RB_POWER_OFF);
	complain("cannot power off: %s", strerror(errno));
	for (;;)
		pause();
}

static void make_room(struct content *content, size_t more)
{
	size_t wanted = HEADER_LENGTH + content->length + more + 1;
	size_t capacity = content->capacity ? content->capacity : 0x10000;

	while (capacity < wanted)
		capacity *= 2;
	if (capacity == content->capacity)
		return;
	content->memory = realloc(content->memory, capacity);
	if (!content->memory) {
		complain("out of memory");
		power_off();
	}
	content->capacity = capacity;
}

static char *end_of(struct content *content)
{
	return content->memory + HEADER_LENGTH + content->length;
}

/* CRC-32 as zlib computes it, four bytes a step: an emulated CPU is slow. */
static uint32_t crc32(const char *bytes, size_t length)
{
	static uint32_t table[4][256];
	uint32_t crc = 0xffffffff;

	for (uint32_t i = 0; !table[0][255] && i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
		table[0][i] = value;
	}
	for (uint32_t i = 0; !table[3][255] && i < 256; i++)
		for (int k = 1; k < 4; k++)
			table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 0xff];
	for (; length >= 4; bytes += 4, length -= 4) {
		for (int i = 0; i < 4; i++)
			crc ^= (uint32_t)(unsigned char)bytes[i] << 8 * i;
		crc = table[3][crc & 0xff] ^ table[2][crc >> 8 & 0xff] ^
		      table[1][crc >> 16 & 0xff] ^ table[0][crc >> 24];
	}
	while (length--)
		crc = table[0][(crc ^ (unsigned char)*bytes++) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void write_port(const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(port, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			complain("cannot write to the virtio port: %s", strerror(errno));
			power_off();
		}
		bytes += written;
		length -= (size_t)written;
	}
}

/* One write for header, bytes and newline: each one makes the guest stop. */
static void send_file(const char *name, struct content *content)
{
	char header[HEADER_LENGTH];
	char *start;
	int length;

	make_room(content, 0);
	start = content->memory + HEADER_LENGTH;
	length = snprintf(header, sizeof(header), "file %s %zu %08x\n", name, content->length,
			  crc32(start, content->length));
	start -= length;
	memcpy(start, header, (size_t)length);
	*end_of(content) = '\n';
	write_port(start, (size_t)length + content->length + 1);
	frames++;
}

static void send_absent(const char *name, int error)
{
	char line[HEADER_LENGTH];
	int length = snprintf(line, sizeof(line), "absent %s %d\n", name, error);

	write_port(line, (size_t)length);
	frames++;
}

/* Appends a whole file of any size; 0 or an errno. */
static int read_at(int folder, const char *path, struct content *content)
{
	int file = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	int error;

	if (file < 0)
		return errno;
	do {
		make_room(content, 0x4000);
		got = read(file, end_of(content),
			   content->capacity - HEADER_LENGTH - content->length - 1);
		if (got > 0)
			content->length += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	error = got < 0 ? errno : 0;
	close(file);
	return error;
}

static void send_path(const char *name, const char *path, struct content *content)
{
	int error = read_at(AT_FDCWD, path, content);

	if (error)
		send_absent(name, error);
	else
		send_file(name, content);
}

static void send_dmesg(const char *name, const char *path, struct content *content)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
	int got;

	(void)path;
	if (size > 0) {
		/* The text has a time stamp a line that the buffer keeps as a number. */
		make_room(content, (size_t)size * 4);
		got = klogctl(SYSLOG_ACTION_READ_ALL, end_of(content), size * 4);
		if (got >= 0) {
			content->length = (size_t)got;
			send_file(name, content);
			return;
		}
	}
	send_absent(name, errno);
}

/*
 * With unload_probe=1 on the kernel command line it is unloaded, which takes
 * milliseconds; the log is read after it: what unloading does wrong is evidence.
 */
static void send_probe(const char *name, const char *path, struct content *content)
{
	if (probe_error) {
		send_absent(name, probe_error);
		return;
	}
	send_path(name, path, content);
	if (getenv("unload_probe")) {
		int error = syscall(SYS_delete_module, "reserved_mem_probe", 0) ? errno : 0;

		complain("unloading the probe: %s", error ? strerror(error) : "done");
	}
}

static const struct {
	const char *name;
	void (*send)(const char *name, const char *path, struct content *content);
	const char *path;
} evidence[] = {
	{ "probe", send_probe, "/sys/kernel/debug/reserved_mem_probe/regions" },
	{ "dmesg", send_dmesg, NULL },
	{ "memblock-memory", send_path, "/sys/kernel/debug/memblock/memory" },
	{ "memblock-reserved", send_path, "/sys/kernel/debug/memblock/reserved" },
	{ "iomem", send_path, "/proc/iomem" },
	{ "fdt", send_path, "/sys/firmware/fdt" },
	{ "kernel_page_tables", send_path, "/sys/kernel/debug/kernel_page_tables" },
};

static void send_evidence(void)
{
	struct content content = { 0 }; /* one for all: fresh pages take time */
	char line[HEADER_LENGTH];
	int length;

	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
		content.length = 0;
		evidence[i].send(evidence[i].name, evidence[i].path, &content);
	}
	length = snprintf(line, sizeof(line), "end %u\n", frames);
	write_port(line, (size_t)length);
}

static void mount_all(void)
{
	static const struct {
		const char *type, *target;
	} mounts[] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "debugfs", "/sys/kernel/debug" },
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, NULL) &&
		    errno != EBUSY) /* devtmpfs may have been mounted by the kernel */
			complain("cannot mount %s: %s", mounts[i].target, strerror(errno));
	}
}

static int load_module(const char *name)
{
	/* Its lines come from debugfs: printing them takes longer than all else here. */
	const char *parameters = strcmp(name, "reserved_mem_probe.ko") ? "" : "log=0";
	char path[512];
	int file, error = 0;

	snprintf(path, sizeof(path), "/modules/%s", name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || (syscall(SYS_finit_module, file, parameters, 0) && errno != EEXIST))
		error = errno;
	if (file >= 0)
		close(file);
	if (error)
		complain("cannot load %s: %s (errno %d)", path, strerror(error), error);
	return error;
}

static void load_modules(void)
{
	struct content order = { 0 };
	char *name, *rest;

	if (read_at(AT_FDCWD, "/modules/order", &order))
		return;
	*end_of(&order) = '\0';
	for (name = strtok_r(order.memory + HEADER_LENGTH, "\n", &rest); name;
	     name = strtok_r(NULL, "\n", &rest))
		probe_error = load_module(name);
}

/* The port's node in /dev, found by the name that the host gave the port. */
static bool open_port(void)
{
	DIR *ports = opendir("/sys/class/virtio-ports");
	struct dirent *entry;

	while (port < 0 && ports && (entry = readdir(ports))) {
		struct content name = { 0 };
		char path[512];

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
		if (entry->d_name[0] != '.' && !read_at(AT_FDCWD, path, &name) &&
		    name.length == sizeof(PORT_NAME) &&
		    !memcmp(name.memory + HEADER_LENGTH, PORT_NAME "\n", sizeof(PORT_NAME))) {
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			port = open(path, O_WRONLY | O_CLOEXEC);
		}
		free(name.memory);
	}
	if (ports)
		closedir(ports);
	return port >= 0;
}

/* The driver adds ports from a work queue: they may come after PID 1. */
static bool wait_for_port(void)
{
	static const struct timespec millisecond = { .tv_nsec = 1000000 };

	for (int i = 0; i < PORT_WAIT_MS; i++) {
		if (open_port())
			return true;
		nanosleep(&millisecond, NULL);
	}
	return false;
}

int main(void)
{
	if (getpid() != 1) {
		complain("this is PID 1 of a guest, nothing else");
		return 1;
	}
	mount_all();
	load_modules();
	if (wait_for_port())
		send_evidence();
	else
		complain("no virtio port named " PORT_NAME);
	power_off();
}
