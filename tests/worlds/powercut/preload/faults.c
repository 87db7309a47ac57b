/* Faults on command: a page shared with the test says which operation fails, when, and how slow an fsync is. */
#include "recorder.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#define RULES 8
#define CONTROL_MAGIC 0x43465344u

struct rule {
    uint32_t armed;
    uint32_t ops;
    int32_t error;
    uint32_t partial;   /* the first write it fails comes out half, as on a disk that just filled up */
    uint64_t skip;      /* let this many matching operations through */
    uint64_t times;     /* then fail this many; 0 = until disarmed */
    uint64_t seen;
    uint64_t fired;
    char suffix[64];
};

struct control {
    uint32_t magic;
    uint32_t sync_delay_us;
    uint64_t writes;
    uint64_t syncs;
    uint64_t spare;
    struct rule rules[RULES];
};

static struct control *control;
static uint32_t env_delay_us;

__attribute__((constructor)) static void fault_start(void) {
    const char *delay = getenv("DIANSHU_FSYNC_DELAY_MS");
    const char *path = getenv("DIANSHU_FAULT_CONTROL");
    if (delay) env_delay_us = (uint32_t)(atof(delay) * 1000);
    if (!path || !*path) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    void *page = fd < 0 ? MAP_FAILED : (void *)mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED || ((struct control *)page)->magic != CONTROL_MAGIC) {
        dprintf(2, "storage recorder: DIANSHU_FAULT_CONTROL is not a control page: %s\n", path);
        abort();
    }
    syscall(SYS_close, fd);
    control = page;
}

static int ends_with(const char *path, const char *suffix) {
    size_t whole = strlen(path), tail = strnlen(suffix, sizeof control->rules[0].suffix);
    return tail <= whole && strncmp(path + whole - tail, suffix, tail) == 0;
}

int fault_due(enum fault_op op, const char *path, int *partial) {
    if (!control) return 0;
    for (int i = 0; i < RULES; i++) {
        struct rule *rule = &control->rules[i];
        if (!__atomic_load_n(&rule->armed, __ATOMIC_ACQUIRE) || !(rule->ops & op) || !ends_with(path, rule->suffix))
            continue;
        uint64_t seen = __atomic_add_fetch(&rule->seen, 1, __ATOMIC_ACQ_REL);
        if (seen <= rule->skip || (rule->times && rule->fired >= rule->times)) continue;
        uint64_t fired = __atomic_add_fetch(&rule->fired, 1, __ATOMIC_ACQ_REL);
        if (partial) *partial = rule->partial && fired == 1;
        return rule->error;
    }
    return 0;
}

void fault_count(enum fault_op op) {
    if (control) __atomic_add_fetch(op == OP_SYNC ? &control->syncs : &control->writes, 1, __ATOMIC_RELAXED);
}

void fault_delay_sync(void) {
    uint64_t wait_us = env_delay_us + (control ? __atomic_load_n(&control->sync_delay_us, __ATOMIC_RELAXED) : 0);
    if (!wait_us) return;
    struct timespec left = {.tv_sec = (time_t)(wait_us / 1000000), .tv_nsec = (long)(wait_us % 1000000) * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) { }
}
