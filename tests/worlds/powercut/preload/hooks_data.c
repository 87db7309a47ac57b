/* Hooks on what changes a file's bytes or makes them durable. */
#include "recorder.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define EXPORT __attribute__((visibility("default")))

static size_t iov_total(const struct iovec *parts, int count) {
    size_t total = 0;
    for (int i = 0; i < count; i++) total += parts[i].iov_len;
    return total;
}

static void log_sync(enum record_kind kind, struct tracked *file, uint64_t begin) {
    recorder_log(kind, file->ino, (int64_t)begin, 0, file->path, NULL, NULL, 0, 0);
}

/* One write of any flavour; at < 0 means the descriptor's own position. Holds the lock. */
static ssize_t record_write(int fd, struct tracked *file, const struct iovec *parts, int count, off64_t at) {
    NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    static ssize_t (*next_writev)(int, const struct iovec *, int);
    static ssize_t (*next_pwritev)(int, const struct iovec *, int, off64_t);
    static ssize_t (*next_write)(int, const void *, size_t);
    if (!next_writev) {
        next_writev = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
        next_pwritev = (ssize_t (*)(int, const struct iovec *, int, off64_t))dlsym(RTLD_NEXT, "pwritev64");
        next_write = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    }
    if (file->marks) {
        recorder_log(REC_MARK, 0, 0, 0, NULL, NULL, parts, count, iov_total(parts, count));
        return next_writev(fd, parts, count);
    }
    struct stat before;
    fstat(fd, &before);
    int appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
    off64_t from = appends ? before.st_size : at >= 0 ? at : lseek64(fd, 0, SEEK_CUR);
    size_t total = iov_total(parts, count);
    int partial = 0, error = fault_due(OP_WRITE, file->path, &partial);
    if (!error && from + (off64_t)total > before.st_size) error = fault_due(OP_GROW, file->path, &partial);
    fault_count(OP_WRITE);
    ssize_t done;
    if (error && partial && parts[0].iov_len > 1) {
        size_t half = parts[0].iov_len / 2;
        done = at >= 0 ? next(fd, parts[0].iov_base, half, at) : next_write(fd, parts[0].iov_base, half);
    } else if (error) {
        errno = error;
        return -1;
    } else {
        done = at >= 0 ? next_pwritev(fd, parts, count, at) : next_writev(fd, parts, count);
    }
    if (done > 0) recorder_log(REC_WRITE, file->ino, from, done, file->path, NULL, parts, count, (size_t)done);
    if (done > 0 && file->synchronous) {
        uint64_t begin = recorder_log(REC_SYNC_BEGIN, file->ino, 0, 0, file->path, NULL, NULL, 0, 0);
        log_sync(REC_SYNC_END, file, begin);
    }
    return done;
}

/* True when the call was ours and `*done` is its result. */
static int take_write(int fd, const struct iovec *parts, int count, off64_t at, ssize_t *done) {
    if (!recorder_is_on()) return 0;
    recorder_lock();
    struct tracked *file = tracked_get(fd);
    if (file) *done = record_write(fd, file, parts, count, at);
    recorder_unlock();
    return file != NULL;
}

EXPORT ssize_t write(int fd, const void *bytes, size_t count) {
    NEXT(ssize_t, write, int, const void *, size_t);
    struct iovec part = {(void *)bytes, count};
    ssize_t done;
    return take_write(fd, &part, 1, -1, &done) ? done : next(fd, bytes, count);
}

EXPORT ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    NEXT(ssize_t, pwrite, int, const void *, size_t, off_t);
    struct iovec part = {(void *)bytes, count};
    ssize_t done;
    return take_write(fd, &part, 1, at, &done) ? done : next(fd, bytes, count, at);
}

EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    struct iovec part = {(void *)bytes, count};
    ssize_t done;
    return take_write(fd, &part, 1, at, &done) ? done : next(fd, bytes, count, at);
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
    NEXT(ssize_t, writev, int, const struct iovec *, int);
    ssize_t done;
    return take_write(fd, parts, count, -1, &done) ? done : next(fd, parts, count);
}

EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    NEXT(ssize_t, pwritev, int, const struct iovec *, int, off_t);
    ssize_t done;
    return take_write(fd, parts, count, at, &done) ? done : next(fd, parts, count, at);
}

EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    NEXT(ssize_t, pwritev64, int, const struct iovec *, int, off64_t);
    ssize_t done;
    return take_write(fd, parts, count, at, &done) ? done : next(fd, parts, count, at);
}

/* Python's os.pwritev comes through here. */
static ssize_t record_pwritev2(int fd, const struct iovec *parts, int count, off64_t at, int flags) {
    NEXT(ssize_t, pwritev64v2, int, const struct iovec *, int, off64_t, int);
    ssize_t done;
    if (!flags && take_write(fd, parts, count, at, &done)) return done;
    if (flags && recorder_is_on()) {
        recorder_lock();
        struct tracked *file = tracked_get(fd);
        if (file) recorder_blind("pwritev2 with flags", file->path);
        recorder_unlock();
    }
    return next(fd, parts, count, at, flags);
}

EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags) {
    return record_pwritev2(fd, parts, count, at, flags);
}

EXPORT ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t at, int flags) {
    return record_pwritev2(fd, parts, count, at, flags);
}

/* Copies inside the kernel cannot be recorded: refused, so that the caller falls back to read and write. */
static int refuse_kernel_copy(int fd) {
    if (!recorder_is_on()) return 0;
    recorder_lock();
    int ours = tracked_get(fd) != NULL;
    recorder_unlock();
    return ours;
}

EXPORT ssize_t sendfile(int out, int in, off_t *from, size_t count) {
    NEXT(ssize_t, sendfile, int, int, off_t *, size_t);
    if (!refuse_kernel_copy(out)) return next(out, in, from, count);
    errno = EINVAL;
    return -1;
}

EXPORT ssize_t sendfile64(int out, int in, off64_t *from, size_t count) {
    NEXT(ssize_t, sendfile64, int, int, off64_t *, size_t);
    if (!refuse_kernel_copy(out)) return next(out, in, from, count);
    errno = EINVAL;
    return -1;
}

EXPORT ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
    NEXT(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    if (!refuse_kernel_copy(out)) return next(in, from, out, to, count, flags);
    errno = EINVAL;
    return -1;
}

static int record_truncate(int fd, off64_t length) {
    NEXT(int, ftruncate64, int, off64_t);
    if (!recorder_is_on()) return next(fd, length);
    recorder_lock();
    struct tracked *file = tracked_get(fd);
    int error = file ? fault_due(OP_TRUNCATE, file->path, NULL) : 0;
    int result = error ? -1 : next(fd, length);
    if (error) errno = error;
    if (file && result == 0) recorder_log(REC_TRUNCATE, file->ino, 0, length, file->path, NULL, NULL, 0, 0);
    recorder_unlock();
    return result;
}

EXPORT int ftruncate(int fd, off_t length) { return record_truncate(fd, length); }
EXPORT int ftruncate64(int fd, off64_t length) { return record_truncate(fd, length); }

/* By path: opening and closing the file here would drop the program's own locks on it. */
static int record_truncate_path(const char *path, off64_t length) {
    NEXT(int, truncate64, const char *, off64_t);
    char where[PATH_MAX];
    struct stat at;
    if (!recorder_is_on() || !recorder_locate(AT_FDCWD, path, where)) return next(path, length);
    recorder_lock();
    int error = fault_due(OP_TRUNCATE, where, NULL);
    int result = error ? -1 : next(path, length);
    if (error) errno = error;
    if (result == 0 && stat(where, &at) == 0)
        recorder_log(REC_TRUNCATE, at.st_ino, 0, length, where, NULL, NULL, 0, 0);
    recorder_unlock();
    return result;
}

EXPORT int truncate(const char *path, off_t length) { return record_truncate_path(path, length); }
EXPORT int truncate64(const char *path, off64_t length) { return record_truncate_path(path, length); }

/* Returns an errno, as posix_fallocate does. */
static int record_allocate(int fd, int mode, off64_t at, off64_t length) {
    NEXT(int, fallocate64, int, int, off64_t, off64_t);
    if (!recorder_is_on()) return next(fd, mode, at, length) == 0 ? 0 : errno;
    recorder_lock();
    struct tracked *file = tracked_get(fd);
    int error = file ? fault_due(OP_GROW, file->path, NULL) : 0;
    if (!error && next(fd, mode, at, length) != 0) error = errno;
    if (file && !error && mode == 0) recorder_log(REC_EXTEND, file->ino, at, length, file->path, NULL, NULL, 0, 0);
    if (file && !error && mode & ~FALLOC_FL_KEEP_SIZE) recorder_blind("fallocate", file->path);
    recorder_unlock();
    return error;
}

static int as_errno(int error) {
    if (error) errno = error;
    return error ? -1 : 0;
}

EXPORT int fallocate(int fd, int mode, off_t at, off_t n) { return as_errno(record_allocate(fd, mode, at, n)); }
EXPORT int fallocate64(int fd, int mode, off64_t at, off64_t n) { return as_errno(record_allocate(fd, mode, at, n)); }
EXPORT int posix_fallocate(int fd, off_t at, off_t n) { return record_allocate(fd, 0, at, n); }
EXPORT int posix_fallocate64(int fd, off64_t at, off64_t n) { return record_allocate(fd, 0, at, n); }

/* The real fsync runs without the lock: what other threads write meanwhile is not made durable by it. */
static int record_sync(int fd, int (*next)(int)) {
    int error = 0, ours = 0;
    uint64_t begin = 0;
    if (recorder_is_on()) {
        recorder_lock();
        struct tracked *file = tracked_get(fd);
        ours = file && !file->marks;
        if (ours) {
            fault_count(OP_SYNC);
            error = fault_due(OP_SYNC, file->path, NULL);
            begin = recorder_log(REC_SYNC_BEGIN, file->ino, 0, 0, file->path, NULL, NULL, 0, 0);
        }
        recorder_unlock();
    }
    fault_delay_sync();
    int result = error ? -1 : next(fd);
    if (error) errno = error;
    if (ours) {
        recorder_lock();
        struct tracked *file = tracked_get(fd);
        if (file) log_sync(result == 0 ? REC_SYNC_END : REC_SYNC_FAILED, file, begin);
        recorder_unlock();
    }
    return result;
}

EXPORT int fsync(int fd) {
    NEXT(int, fsync, int);
    return record_sync(fd, next);
}

EXPORT int fdatasync(int fd) {
    NEXT(int, fdatasync, int);
    return record_sync(fd, next);
}

static void record_sync_all(void) {
    if (!recorder_is_on()) return;
    recorder_lock();
    recorder_log(REC_SYNC_ALL, 0, 0, 0, NULL, NULL, NULL, 0, 0);
    recorder_unlock();
}

EXPORT void sync(void) {
    NEXT(void, sync, void);
    next();
    record_sync_all();
}

EXPORT int syncfs(int fd) {
    NEXT(int, syncfs, int);
    int result = next(fd);
    if (result == 0) record_sync_all();
    return result;
}

/* Stores through a shared mapping are invisible here; only SQLite's -shm, which recovery rebuilds, may do it. */
static void note_mapping(int fd, int protection, int flags) {
    if (!recorder_is_on() || fd < 0 || !(flags & MAP_SHARED) || !(protection & PROT_WRITE)) return;
    recorder_lock();
    struct tracked *file = tracked_get(fd);
    size_t length = file ? strlen(file->path) : 0;
    if (file && !(length > 4 && strcmp(file->path + length - 4, "-shm") == 0)) recorder_blind("mmap", file->path);
    recorder_unlock();
}

EXPORT void *mmap(void *where, size_t length, int protection, int flags, int fd, off_t at) {
    NEXT(void *, mmap, void *, size_t, int, int, int, off_t);
    note_mapping(fd, protection, flags);
    return next(where, length, protection, flags, fd, at);
}

EXPORT void *mmap64(void *where, size_t length, int protection, int flags, int fd, off64_t at) {
    NEXT(void *, mmap64, void *, size_t, int, int, int, off64_t);
    note_mapping(fd, protection, flags);
    return next(where, length, protection, flags, fd, at);
}
