// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows what of_reserved_mem_lookup() returns for every child of
 * /reserved-memory, and whether its pages are in the linear mapping.
 *
 * It looks once, at load: one line a region goes to the kernel log, and all of
 * it can be read from /sys/kernel/debug/reserved_mem_probe/regions:
 *
 *   reserved_mem_probe 2
 *   linear virt=0xffff000000000000 phys=0x40000000
 *   region name=a@44000000 available=1 found=1 base=0x44000000 size=0x10000 \
 *	phandle=0x8001 recorded_name=a@44000000 ops=none mapped=none
 *   region name=b available=0 found=0
 *   device name=c assigned=0 allocated=0 base=0x44000000 size=0x2000
 *   end 3
 *
 * (a region is one line). The first line carries the version of the format. A
 * kernel whose entries have no phandle makes it "phandle=none". One that knows
 * no names of data has the name of ops->device_init for that of ops.
 *
 * Devices are those whose node says compatible = "rmemcheck,consumer". Each is
 * given the region of its memory-region, if it has one, and allocates from it;
 * what both came to, 0 or an errno, is shown, and which bytes were allocated.
 * All of it is given back at once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#ifdef CONFIG_ARM64
#include <asm/sysreg.h>
#endif

#define WORD_LENGTH 128
#define LINE_LENGTH 1024

static bool log = true;
module_param(log, bool, 0444);
MODULE_PARM_DESC(log, "Print the regions to the kernel log too (default: on)");

static bool read_pages = true;
module_param(read_pages, bool, 0444);
MODULE_PARM_DESC(read_pages, "Read a byte of every page to see what is mapped (arm64 asks the MMU); turn it off where firmware punishes reads of memory that it owns (default: on)");

/* Two pages: of a single one the kernel does not ask the default CMA area. */
#define ALLOCATED_SIZE (2 * PAGE_SIZE)

/* A region or a device as it is shown. */
struct shown_line {
	struct list_head list;
	char text[];
};

static LIST_HEAD(lines);
static unsigned int line_count;
static size_t shown_length = LINE_LENGTH; /* of all lines and what stands around them, at most */
static struct dentry *directory;

/*
 * The linear mapping is the affine map virt = phys - phys_start + virt_start
 * over linear_size() bytes.
 */
#ifdef CONFIG_ARM64
static phys_addr_t linear_phys_start(void)
{
	return PHYS_OFFSET;
}

static unsigned long linear_size(void)
{
	return PAGE_END - PAGE_OFFSET;
}
#else
static phys_addr_t linear_phys_start(void)
{
	return virt_to_phys((void *)PAGE_OFFSET);
}

static unsigned long linear_size(void)
{
	return (unsigned long)high_memory - PAGE_OFFSET;
}
#endif

/*
 * The linear mapping of MIPS is a segment of the address space, that of an e500
 * a handful of large TLB entries: no page can be left out of either. What can
 * be read there says nothing about a region.
 */
static bool is_mapped_by_pages(void)
{
	return !IS_ENABLED(CONFIG_MIPS) && !IS_ENABLED(CONFIG_PPC_E500);
}

/* Whether all of [base, base + size) has linear addresses, mapped or not. */
static bool has_linear_addresses(phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end;

	if (!size || check_add_overflow(base, size, &end))
		return false;
	/* With 52-bit addresses PHYS_OFFSET may be "negative": it wraps. */
	base -= linear_phys_start();
	end = base + size;
	return end > base && end <= linear_size();
}

#ifdef CONFIG_ARM64
/* Asks the MMU: no memory is read, and what is not mapped takes no exception. */
static bool is_readable(const void *address)
{
	unsigned long flags;
	u64 par;

	local_irq_save(flags);
	asm volatile("at s1e1r, %0" : : "r" (address));
	isb();
	par = read_sysreg_par();
	local_irq_restore(flags);
	return !(par & SYS_PAR_EL1_F);
}
#else
static bool is_readable(const void *address)
{
	u8 byte;

	return !copy_from_kernel_nofault(&byte, address, sizeof(byte));
}
#endif

/* Whether the pages of an entry are mapped: all, none, some or unknown. */
static const char *mapped_pages(phys_addr_t base, phys_addr_t size)
{
	bool any_readable = false, any_unreadable = false;
	const u8 *address, *end;

	if (!read_pages || !is_mapped_by_pages() || !has_linear_addresses(base, size))
		return "unknown";

	address = phys_to_virt(base);
	end = address + size;
	while (address < end) {
		if (is_readable(address))
			any_readable = true;
		else
			any_unreadable = true;
		if (any_readable && any_unreadable)
			return "some";
		if (fatal_signal_pending(current))
			return "unknown";
		cond_resched();
		address = (const u8 *)(((unsigned long)address & PAGE_MASK) + PAGE_SIZE);
	}
	return any_readable ? "all" : "none";
}

/* Copies a string that may be gone; what is no word character becomes '?'. */
static void copy_word(char *word, const char *from)
{
	size_t i;

	/* At once, or byte by byte where the string ends before unmapped memory. */
	if (copy_from_kernel_nofault(word, from, WORD_LENGTH))
		for (i = 0; i < WORD_LENGTH; i++) {
			if (copy_from_kernel_nofault(&word[i], from + i, 1))
				word[i] = '\0';
			if (!word[i])
				break;
		}
	for (i = 0; i < WORD_LENGTH - 1 && word[i]; i++)
		if (!isascii(word[i]) || !isgraph(word[i]))
			word[i] = '?';
	word[i] = '\0';
	if (!i)
		strscpy(word, "?", WORD_LENGTH);
}

/* The symbol's name without the module that may follow it. */
static void copy_symbol(char *word, const void *symbol)
{
	scnprintf(word, WORD_LENGTH, "%ps", symbol);
	word[strcspn(word, " ")] = '\0';
}

/*
 * Without KALLSYMS_ALL only functions have names: then that of device_init
 * stands for its ops.
 */
static void copy_ops(char *word, const struct reserved_mem_ops *ops)
{
	struct reserved_mem_ops copy;

	if (!ops) {
		strscpy(word, "none", WORD_LENGTH);
		return;
	}
	copy_symbol(word, ops);
	if (!strncmp(word, "0x", 2) &&
	    !copy_from_kernel_nofault(&copy, ops, sizeof(copy)))
		copy_symbol(word, copy.device_init);
}

static void copy_phandle(char *word, const struct reserved_mem *entry)
{
#ifdef ENTRIES_HAVE_PHANDLE
	scnprintf(word, WORD_LENGTH, "%#lx", (unsigned long)entry->phandle);
#else
	strscpy(word, "none", WORD_LENGTH);
#endif
}

static __printf(1, 2) int add_line(const char *format, ...)
{
	static char text[LINE_LENGTH]; /* modules are loaded and probed one at a time */
	struct shown_line *line;
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = vscnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	line = kmalloc(sizeof(*line) + length + 1, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	memcpy(line->text, text, length + 1);
	list_add_tail(&line->list, &lines);
	line_count++;
	shown_length += length + 1;
	if (log)
		pr_info("%s\n", line->text);
	return 0;
}

static int add_entry(const char *name, bool available, const struct reserved_mem *entry)
{
	char phandle[WORD_LENGTH], recorded_name[WORD_LENGTH], ops[WORD_LENGTH];
	phys_addr_t base = entry->base, size = entry->size;

	copy_phandle(phandle, entry);
	copy_word(recorded_name, entry->name);
	copy_ops(ops, entry->ops);
	return add_line("region name=%s available=%d found=1 base=%#llx size=%#llx phandle=%s recorded_name=%s ops=%s mapped=%s",
			name, available, (u64)base, (u64)size, phandle,
			recorded_name, ops, mapped_pages(base, size));
}

static int add_node(struct device_node *node)
{
	bool available = of_device_is_available(node);
	char name[WORD_LENGTH];
	struct reserved_mem *found;
	struct reserved_mem entry;

	copy_word(name, kbasename(of_node_full_name(node)));
	found = of_reserved_mem_lookup(node);
	/* An entry in memory that the kernel has given back must not kill us. */
	if (!found || copy_from_kernel_nofault(&entry, found, sizeof(entry)))
		return add_line("region name=%s available=%d found=0", name, available);
	return add_entry(name, available, &entry);
}

static void free_lines(void)
{
	struct shown_line *line, *next;

	list_for_each_entry_safe(line, next, &lines, list) {
		list_del(&line->list);
		kfree(line);
	}
}

/* The kernel's scan finds it with a unit address too, a path in the tree does not. */
static struct device_node *find_reserved_memory(void)
{
	struct device_node *root = of_find_node_by_path("/");
	struct device_node *child;

	for_each_child_of_node(root, child)
		if (of_node_name_eq(child, "reserved-memory"))
			break;
	of_node_put(root);
	return child;
}

/*
 * Makes the kernel go through all that it has, also where there is no node to
 * ask for: one that boots with ACPI has scanned a tree and not kept it. A line
 * is left if it finds what there is not.
 */
static int ask_for_none(void)
{
	static struct device_node asked = { .full_name = "no-such-region" };

	return of_reserved_mem_lookup(&asked) ? add_node(&asked) : 0;
}

/* Disabled children too; no /reserved-memory at all is no region. */
static int add_all_nodes(void)
{
	struct device_node *parent = find_reserved_memory();
	struct device_node *child;
	int error = ask_for_none();

	for_each_child_of_node(parent, child) {
		if (!error)
			error = add_node(child);
	}
	of_node_put(parent);
	return error;
}

/* Without IOMMU and dma-ranges a bus address is a physical one. */
static int allocate(struct device *dev, dma_addr_t *base)
{
	void *buffer = dma_alloc_coherent(dev, ALLOCATED_SIZE, base, GFP_KERNEL);

	if (!buffer)
		return -ENOMEM;
	memset(buffer, 0x5a, ALLOCATED_SIZE); /* must be there to be written to */
	dma_free_coherent(dev, ALLOCATED_SIZE, buffer, *base);
	return 0;
}

/* The global pool is for devices that are not coherent. */
static void ask_global_pool(struct device *dev)
{
#if defined(CONFIG_DMA_GLOBAL_POOL) && \
	(defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_DEVICE) || \
	 defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU) || \
	 defined(CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU_ALL))
	dev->dma_coherent = false;
#endif
}

/* The line is the only effect: the device is left without a driver. */
static int consumer_probe(struct platform_device *device)
{
	struct device *dev = &device->dev;
	int assigned = 0, allocated = -ENODEV;
	dma_addr_t base = 0;
	char name[WORD_LENGTH];

	if (of_property_read_bool(dev->of_node, "memory-region"))
		assigned = of_reserved_mem_device_init(dev);
	else
		ask_global_pool(dev);
	if (!assigned) {
		allocated = allocate(dev, &base);
		of_reserved_mem_device_release(dev);
	}
	copy_word(name, kbasename(of_node_full_name(dev->of_node)));
	return add_line("device name=%s assigned=%d allocated=%d base=%#llx size=%#lx",
			name, -assigned, -allocated, (u64)base, ALLOCATED_SIZE) ?: -ENODEV;
}

static const struct of_device_id consumer_ids[] = {
	{ .compatible = "rmemcheck,consumer" },
	{ }
};

static struct platform_driver consumer_driver = {
	.probe = consumer_probe,
	.driver = {
		.name = "rmemcheck-consumer",
		.of_match_table = consumer_ids,
	},
};

static int regions_show(struct seq_file *file, void *unused)
{
	struct shown_line *line;

	seq_puts(file, "reserved_mem_probe 2\n");
	seq_printf(file, "linear virt=%#lx phys=%#llx\n", PAGE_OFFSET,
		   (u64)linear_phys_start());
	list_for_each_entry(line, &lines, list)
		seq_printf(file, "%s\n", line->text);
	seq_printf(file, "end %u\n", line_count);
	return 0;
}

/* At once: seq_file would show all of it again for each page that it takes. */
static int regions_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, regions_show, NULL, shown_length);
}

static const struct file_operations regions_fops = {
	.owner = THIS_MODULE,
	.open = regions_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init reserved_mem_probe_init(void)
{
	int error;

	if (!IS_ENABLED(CONFIG_OF_RESERVED_MEM)) {
		pr_err("this kernel has no CONFIG_OF_RESERVED_MEM\n");
		return -EOPNOTSUPP;
	}
	if (!debugfs_initialized()) {
		pr_err("debugfs is off: CONFIG_DEBUG_FS is not set, or debugfs=off\n");
		return -ENODEV;
	}

	error = add_all_nodes();
	if (error) {
		pr_err("out of memory\n");
		free_lines();
		return error;
	}
	error = platform_driver_register(&consumer_driver);
	if (error) {
		pr_err("no driver for devices: %d\n", error);
		free_lines();
		return error;
	}
	/* Errors of debugfs need no care: the directory is then just not there. */
	directory = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("regions", 0400, directory, NULL, &regions_fops);
	return 0;
}
module_init(reserved_mem_probe_init);

static void __exit reserved_mem_probe_exit(void)
{
	debugfs_remove(directory);
	platform_driver_unregister(&consumer_driver);
	free_lines();
}
module_exit(reserved_mem_probe_exit);

MODULE_DESCRIPTION("Shows the recorded reserved memory regions");
MODULE_LICENSE("GPL");
