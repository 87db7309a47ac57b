/* Hooks on descriptors and directory entries. */
#include "recorder.h"

#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

static int fail_with(int error) {
    errno = error;
    return -1;
}

static void note_created(int dirfd, const char *path, int fd, enum record_kind kind) {
    char where[PATH_MAX];
    struct stat at;
    if (!recorder_locate(dirfd, path, where)) return;
    if (fd >= 0 ? fstat(fd, &at) : lstat(where, &at)) return;
    recorder_log(kind, at.st_ino, 0, 0, where, NULL, NULL, 0, 0);
}

static int record_open(int dirfd, const char *path, int flags, mode_t mode) {
    NEXT(int, openat64, int, const char *, int, ...);
    if (!recorder_is_on()) return next(dirfd, path, flags, mode);
    char where[PATH_MAX];
    struct stat was;
    int changes = (flags & (O_CREAT | O_TRUNC)) && recorder_locate(dirfd, path, where);
    recorder_lock();
    int existed = changes && fstatat(dirfd, path, &was, 0) == 0;
    int creates = changes && !existed && (flags & O_CREAT);
    int error = creates ? fault_due(OP_CREATE, where, NULL) : 0;
    if (error) {
        recorder_unlock();
        return fail_with(error);
    }
    if (!changes) recorder_unlock();   /* an open without O_CREAT may block (a FIFO): not under the lock */
    int fd = next(dirfd, path, flags, mode);
    if (!changes) recorder_lock();
    if (fd >= 0) {
        if ((flags & O_TMPFILE) == O_TMPFILE) recorder_blind("O_TMPFILE", path);
        if (creates) note_created(dirfd, path, fd, REC_CREATE);
        if (changes && existed && (flags & O_TRUNC) && was.st_size)
            recorder_log(REC_TRUNCATE, was.st_ino, 0, 0, where, NULL, NULL, 0, 0);
        tracked_open(fd, flags);
    }
    recorder_unlock();
    return fd;
}

#define OPTIONAL_MODE(last) \
    mode_t mode = 0; \
    if (last & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, last); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

EXPORT int open(const char *path, int flags, ...) {
    OPTIONAL_MODE(flags)
    return record_open(AT_FDCWD, path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...) {
    OPTIONAL_MODE(flags)
    return record_open(AT_FDCWD, path, flags, mode);
}

EXPORT int openat(int dirfd, const char *path, int flags, ...) {
    OPTIONAL_MODE(flags)
    return record_open(dirfd, path, flags, mode);
}

EXPORT int openat64(int dirfd, const char *path, int flags, ...) {
    OPTIONAL_MODE(flags)
    return record_open(dirfd, path, flags, mode);
}

EXPORT int __open_2(const char *path, int flags) { return record_open(AT_FDCWD, path, flags, 0); }
EXPORT int __open64_2(const char *path, int flags) { return record_open(AT_FDCWD, path, flags, 0); }
EXPORT int __openat_2(int dirfd, const char *path, int flags) { return record_open(dirfd, path, flags, 0); }
EXPORT int __openat64_2(int dirfd, const char *path, int flags) { return record_open(dirfd, path, flags, 0); }
EXPORT int creat(const char *path, mode_t mode) { return record_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
EXPORT int creat64(const char *path, mode_t mode) { return creat(path, mode); }

EXPORT int close(int fd) {
    NEXT(int, close, int);
    if (!recorder_is_on()) return next(fd);
    recorder_lock();
    tracked_forget(fd);
    recorder_unlock();
    return next(fd);
}

static int copied(int from, int to) {
    if (to >= 0 && recorder_is_on()) {
        recorder_lock();
        tracked_copy(from, to);
        recorder_unlock();
    }
    return to;
}

EXPORT int dup(int fd) {
    NEXT(int, dup, int);
    return copied(fd, next(fd));
}

EXPORT int dup2(int fd, int to) {
    NEXT(int, dup2, int, int);
    return copied(fd, next(fd, to));
}

EXPORT int dup3(int fd, int to, int flags) {
    NEXT(int, dup3, int, int, int);
    return copied(fd, next(fd, to, flags));
}

static int record_fcntl(int fd, int command, void *argument) {
    NEXT(int, fcntl64, int, int, ...);
    int result = next(fd, command, argument);
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied(fd, result) : result;
}

#define FCNTL_ARGUMENT(last) \
    va_list rest; \
    va_start(rest, last); \
    void *argument = va_arg(rest, void *); \
    va_end(rest);

EXPORT int fcntl(int fd, int command, ...) {
    FCNTL_ARGUMENT(command)
    return record_fcntl(fd, command, argument);
}

EXPORT int fcntl64(int fd, int command, ...) {
    FCNTL_ARGUMENT(command)
    return record_fcntl(fd, command, argument);
}

/* libc's own streams write behind our back. */
static void note_stream(const char *path, const char *mode) {
    char where[PATH_MAX];
    if (!recorder_is_on() || !strpbrk(mode, "wa+") || !recorder_locate(AT_FDCWD, path, where)) return;
    recorder_lock();
    recorder_blind("fopen", where);
    recorder_unlock();
}

EXPORT FILE *fopen(const char *path, const char *mode) {
    NEXT(FILE *, fopen, const char *, const char *);
    note_stream(path, mode);
    return next(path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode) {
    NEXT(FILE *, fopen64, const char *, const char *);
    note_stream(path, mode);
    return next(path, mode);
}

static int record_rename(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
    NEXT(int, renameat2, int, const char *, int, const char *, unsigned);
    if (!recorder_is_on()) return next(from_dir, from, to_dir, to, flags);
    char old[PATH_MAX], new[PATH_MAX];
    struct stat at;
    recorder_lock();
    int was_inside = recorder_locate(from_dir, from, old), now_inside = recorder_locate(to_dir, to, new);
    int known = was_inside && lstat(old, &at) == 0;
    int error = now_inside || was_inside ? fault_due(OP_RENAME, now_inside ? new : old, NULL) : 0;
    int result = error ? fail_with(error) : next(from_dir, from, to_dir, to, flags);
    if (result == 0) {
        if (flags) recorder_blind("renameat2 with flags", was_inside ? old : new);
        else if (known && now_inside) recorder_log(REC_RENAME, at.st_ino, 0, 0, old, new, NULL, 0, 0);
        else if (now_inside) recorder_blind("rename from outside", new);
        else if (known) recorder_log(REC_UNLINK, at.st_ino, 0, 0, old, NULL, NULL, 0, 0);
    }
    recorder_unlock();
    return result;
}

EXPORT int rename(const char *from, const char *to) { return record_rename(AT_FDCWD, from, AT_FDCWD, to, 0); }
EXPORT int renameat(int a, const char *from, int b, const char *to) { return record_rename(a, from, b, to, 0); }
EXPORT int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    return record_rename(a, from, b, to, flags);
}

static int record_unlink(int dirfd, const char *path, int flags) {
    NEXT(int, unlinkat, int, const char *, int);
    if (!recorder_is_on()) return next(dirfd, path, flags);
    char where[PATH_MAX];
    struct stat at;
    recorder_lock();
    int ours = recorder_locate(dirfd, path, where) && lstat(where, &at) == 0;
    int error = ours ? fault_due(OP_UNLINK, where, NULL) : 0;
    int result = error ? fail_with(error) : next(dirfd, path, flags);
    if (ours && result == 0)
        recorder_log(flags & AT_REMOVEDIR ? REC_RMDIR : REC_UNLINK, at.st_ino, 0, 0, where, NULL, NULL, 0, 0);
    recorder_unlock();
    return result;
}

EXPORT int unlink(const char *path) { return record_unlink(AT_FDCWD, path, 0); }
EXPORT int rmdir(const char *path) { return record_unlink(AT_FDCWD, path, AT_REMOVEDIR); }
EXPORT int unlinkat(int dirfd, const char *path, int flags) { return record_unlink(dirfd, path, flags); }
EXPORT int remove(const char *path) {
    int result = unlink(path);
    return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

static int record_mkdir(int dirfd, const char *path, mode_t mode) {
    NEXT(int, mkdirat, int, const char *, mode_t);
    if (!recorder_is_on()) return next(dirfd, path, mode);
    recorder_lock();
    int result = next(dirfd, path, mode);
    if (result == 0) note_created(dirfd, path, -1, REC_MKDIR);
    recorder_unlock();
    return result;
}

EXPORT int mkdir(const char *path, mode_t mode) { return record_mkdir(AT_FDCWD, path, mode); }
EXPORT int mkdirat(int dirfd, const char *path, mode_t mode) { return record_mkdir(dirfd, path, mode); }

EXPORT int linkat(int a, const char *from, int b, const char *to, int flags) {
    NEXT(int, linkat, int, const char *, int, const char *, int);
    char old[PATH_MAX], new[PATH_MAX];
    struct stat at;
    if (!recorder_is_on() || !recorder_locate(b, to, new)) return next(a, from, b, to, flags);
    recorder_lock();
    int error = fault_due(OP_CREATE, new, NULL);
    int result = error ? fail_with(error) : next(a, from, b, to, flags);
    if (result == 0 && recorder_locate(a, from, old) && !flags && lstat(new, &at) == 0)
        recorder_log(REC_LINK, at.st_ino, 0, 0, old, new, NULL, 0, 0);
    else if (result == 0) recorder_blind("link from elsewhere", new);
    recorder_unlock();
    return result;
}

EXPORT int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

EXPORT int symlinkat(const char *target, int dirfd, const char *path) {
    NEXT(int, symlinkat, const char *, int, const char *);
    char where[PATH_MAX];
    int result = next(target, dirfd, path);
    if (result == 0 && recorder_is_on() && recorder_locate(dirfd, path, where)) {
        recorder_lock();
        recorder_blind("symlink", where);
        recorder_unlock();
    }
    return result;
}

EXPORT int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }
