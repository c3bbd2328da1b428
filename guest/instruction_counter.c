// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions that a guest executes between the entry of a function and its return,
 * with all that it calls. Loaded by QEMU with
 *
 *   -plugin qemu_plugin.so,map=FILE,watch=FILE,out=FILE
 *
 * map    System.map: where functions begin
 * watch  what to count, a line each: "ADDRESS span NAME" or "ADDRESS part NAME". A part is counted
 *        inside spans alone, and what a part calls belongs to it, also where that is a part itself.
 * out    "span NAME CALLS INSTRUCTIONS" and "part SPAN NAME CALLS INSTRUCTIONS", written anew
 *        each time that a span has ended: a guest that dies later takes nothing along
 *
 * No register can be read, so calls are seen from where the guest goes: a jump to the first
 * instruction of a function may be a call, and the instruction behind the jump its return. A tail
 * call is never returned to; the return of who called before it takes its frame away.
 *
 * One processor only: the state is global.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Of QEMU's plugin interface, version 1, what is used here. Debian ships no header for it.
 */
typedef uint64_t plugin_id;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum register_use { no_registers };

typedef void (*on_translation)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*on_execution)(unsigned int processor, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, on_translation call);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, on_execution call,
                                          enum register_use registers, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) extern int qemu_plugin_version;
__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv);

int qemu_plugin_version = 1;

#define MOST_WATCHED 64
#define MOST_FRAMES 1024
#define LONGEST_NAME 128

struct tally {
	uint64_t calls;
	uint64_t instructions;
};

struct watched {
	char name[LONGEST_NAME];
	bool is_span;
	/* Of a span: all of it, and its parts by their index. */
	struct tally total;
	struct tally parts[MOST_WATCHED];
};

/* An address that means something: where a function begins, or where a call returns to. */
struct place {
	uint64_t address;
	bool is_function;
	int watched;	/* index, -1: not watched */
	int frames;	/* on the stack that return here */
};

/* A block of instructions, as QEMU has translated it. */
struct block {
	struct place *begin;
	struct place *behind;
	uint64_t instructions;
};

static struct {
	struct watched list[MOST_WATCHED];
	int count;
} watch;

/* Open addressing; the places are allocated one by one, so that their addresses stay. */
static struct {
	struct place **slots;
	size_t size; /* a power of two */
	size_t used;
} places;

static struct {
	struct place *frames[MOST_FRAMES];
	int depth;
} stack;

/* A watched function that runs: the frame on the stack that ends it. */
struct running {
	int watched; /* -1: none */
	int depth;
	uint64_t since;
};

static struct running span = {-1, 0, 0};
static struct running part = {-1, 0, 0};
static const struct block *last;
static uint64_t executed;
static const char *out_name;

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "cost plugin: %s: %s\n", what, name);
	exit(1);
}

static void *must_alloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		fail("no memory", "");
	return memory;
}

static size_t slot_of(uint64_t address)
{
	size_t index = (size_t)((address >> 1) * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
		       (places.size - 1);

	while (places.slots[index] && places.slots[index]->address != address)
		index = (index + 1) & (places.size - 1);
	return index;
}

static void grow_places(void)
{
	struct place **old = places.slots;
	size_t old_size = places.size;

	places.size = old_size ? old_size * 2 : 1 << 16;
	places.slots = must_alloc(places.size, sizeof(*places.slots));
	for (size_t index = 0; index < old_size; ++index)
		if (old[index])
			places.slots[slot_of(old[index]->address)] = old[index];
	free(old);
}

static struct place *place_at(uint64_t address)
{
	size_t index;

	if (places.used * 2 >= places.size)
		grow_places();
	index = slot_of(address);
	if (!places.slots[index]) {
		struct place *place = must_alloc(1, sizeof(*place));

		place->address = address;
		place->watched = -1;
		places.slots[index] = place;
		++places.used;
	}
	return places.slots[index];
}

static void write_tallies(void)
{
	FILE *out = fopen(out_name, "w");

	if (!out)
		fail("cannot be written", out_name);
	for (int i = 0; i < watch.count; ++i) {
		const struct watched *each = &watch.list[i];

		if (!each->is_span)
			continue;
		fprintf(out, "span %s %" PRIu64 " %" PRIu64 "\n", each->name, each->total.calls,
			each->total.instructions);
		for (int j = 0; j < watch.count; ++j)
			if (!watch.list[j].is_span)
				fprintf(out, "part %s %s %" PRIu64 " %" PRIu64 "\n", each->name,
					watch.list[j].name, each->parts[j].calls,
					each->parts[j].instructions);
	}
	if (fclose(out))
		fail("cannot be written", out_name);
}

static void add(struct tally *tally, const struct running *what)
{
	++tally->calls;
	tally->instructions += executed - what->since;
}

/* What has returned, the innermost first. */
static void end_running(void)
{
	if (part.watched >= 0 && stack.depth <= part.depth) {
		add(&watch.list[span.watched].parts[part.watched], &part);
		part.watched = -1;
	}
	if (span.watched >= 0 && stack.depth <= span.depth) {
		add(&watch.list[span.watched].total, &span);
		span.watched = -1;
		write_tallies();
	}
}

static void pop_to(const struct place *place)
{
	struct place *popped;

	do {
		popped = stack.frames[--stack.depth];
		--popped->frames;
	} while (popped != place);
	end_running();
}

/* Something that never returns as it was called: what runs now can have no end. */
static void forget_stack(void)
{
	while (stack.depth > 0)
		--stack.frames[--stack.depth]->frames;
	span.watched = -1;
	part.watched = -1;
}

/* Of a loop, or of a recursion from one place, one frame will do. */
static void push(struct place *returns_to)
{
	if (stack.depth > 0 && stack.frames[stack.depth - 1] == returns_to)
		return;
	if (stack.depth == MOST_FRAMES)
		forget_stack();
	++returns_to->frames;
	stack.frames[stack.depth++] = returns_to;
}

/* After its frame was pushed: it has returned as soon as the stack is as deep as before. */
static void begin_running(int index)
{
	const struct running begun = {index, stack.depth - 1, executed};

	if (watch.list[index].is_span) {
		if (span.watched < 0)
			span = begun;
	} else if (span.watched >= 0 && part.watched < 0) {
		part = begun;
	}
}

static void execute(unsigned int processor, void *data)
{
	const struct block *block = data;
	const struct place *place = block->begin;

	(void)processor;
	if (place->frames) {
		pop_to(place);
	} else if (place->is_function && last && last->behind != place) {
		push(last->behind);
		if (place->watched >= 0)
			begin_running(place->watched);
	}
	executed += block->instructions;
	last = block;
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	const size_t count = qemu_plugin_tb_n_insns(tb);
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, count - 1);
	struct block *block = must_alloc(1, sizeof(*block));

	(void)id;
	block->begin = place_at(qemu_plugin_tb_vaddr(tb));
	block->behind = place_at(qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end));
	block->instructions = count;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, execute, no_registers, block);
}

/* Calls `take` with each line of the form "ADDRESS WORD NAME". */
static void read_lines(const char *file, void (*take)(uint64_t address, const char *word,
						      const char *name))
{
	FILE *in = fopen(file, "r");
	char line[512], word[16], name[LONGEST_NAME];
	uint64_t address;

	if (!in)
		fail("cannot be read", file);
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "%" SCNx64 " %15s %127s", &address, word, name) == 3)
			take(address, word, name);
	fclose(in);
}

static void take_symbol(uint64_t address, const char *type, const char *name)
{
	(void)name;
	if (strchr("tTwW", type[0]))
		place_at(address)->is_function = true;
}

static void take_watched(uint64_t address, const char *kind, const char *name)
{
	struct watched *each = &watch.list[watch.count];

	if (watch.count == MOST_WATCHED)
		fail("too many functions to watch", name);
	strcpy(each->name, name);
	each->is_span = strcmp(kind, "span") == 0;
	place_at(address)->is_function = true;
	place_at(address)->watched = watch.count++;
}

static const char *value_of(int argc, char **argv, const char *key)
{
	const size_t length = strlen(key);

	for (int i = 0; i < argc; ++i)
		if (strncmp(argv[i], key, length) == 0 && argv[i][length] == '=')
			return argv[i] + length + 1;
	fail("expected an argument", key);
	return NULL;
}

int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	out_name = value_of(argc, argv, "out");
	read_lines(value_of(argc, argv, "map"), take_symbol);
	read_lines(value_of(argc, argv, "watch"), take_watched);
	write_tallies();
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
