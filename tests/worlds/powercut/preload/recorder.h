/* Shared by the files of the preloaded storage recorder (see ../recording.py for what reads its log). */
#ifndef DIANSHU_RECORDER_H
#define DIANSHU_RECORDER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kinds of a log record; recording.py has the same numbers. */
enum record_kind {
    REC_CREATE = 2,
    REC_MKDIR = 3,
    REC_UNLINK = 4,
    REC_RMDIR = 5,
    REC_RENAME = 6,
    REC_WRITE = 7,
    REC_TRUNCATE = 8,
    REC_EXTEND = 9,     /* fallocate: the file is at least offset + length long */
    REC_SYNC_BEGIN = 10,
    REC_SYNC_END = 11,  /* offset = seq of its begin */
    REC_SYNC_FAILED = 12,
    REC_SYNC_ALL = 13,
    REC_MARK = 14,      /* what the program under test wrote to the marks file */
    REC_LINK = 16,      /* a second name for the same file */
    REC_BLIND = 15      /* the program did something this recorder cannot replay; path says what */
};

/* The operations a fault rule can match; faults.py has the same bits. */
enum fault_op { OP_WRITE = 1, OP_GROW = 2, OP_SYNC = 4, OP_CREATE = 8, OP_TRUNCATE = 16, OP_RENAME = 32, OP_UNLINK = 64 };

/* One open descriptor on a file of ours. */
struct tracked {
    dev_t dev;
    ino_t ino;
    int marks;          /* the marks file, not a file of the recorded directory */
    int synchronous;    /* O_SYNC or O_DSYNC: every write is its own fsync */
    char path[];
};

#define MAX_FDS 65536

/* Looks a libc function up once; hooks call the real one through it. */
#define NEXT(result, name, ...) \
    static result (*next)(__VA_ARGS__); \
    if (!next) next = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

void recorder_lock(void);
void recorder_unlock(void);
int recorder_is_on(void);

/* Both need the lock. The log is the order of things; seq is gapless within a process. */
uint64_t recorder_log(enum record_kind kind, ino_t ino, int64_t offset, int64_t length, const char *path,
                      const char *path_to, const struct iovec *data, int data_count, size_t data_bytes);
void recorder_blind(const char *what, const char *path);

/* Fills `out` (PATH_MAX) with the path, its directory resolved; true if it is inside the recorded directory. */
int recorder_locate(int dirfd, const char *path, char *out);
int recorder_inside(const char *absolute);

struct tracked *tracked_get(int fd);    /* NULL unless the fd still is the file that was opened */
void tracked_open(int fd, int flags);   /* looks where the new fd leads and remembers it if it is ours */
void tracked_copy(int from, int to);
void tracked_forget(int fd);

/* 0, or the errno to fail with. `*partial` is set when the write should first come out half. */
int fault_due(enum fault_op op, const char *path, int *partial);
void fault_count(enum fault_op op);
void fault_delay_sync(void);

#endif
