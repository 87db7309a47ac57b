/* The recorder's log, its idea of paths, and its table of open descriptors. */
#include "recorder.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>

#define LOG_FD_FLOOR 800   /* out of the way of programs that close low descriptors */

struct header {
    uint32_t magic;
    uint32_t kind;
    uint64_t seq;
    uint64_t ino;
    int64_t offset;
    int64_t length;
    uint32_t pid;
    uint32_t path_bytes;
    uint32_t path_to_bytes;
    uint32_t data_bytes;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int log_fd = -1;
static int tracking;
static pid_t owner;
static uint64_t next_seq;
static char log_path[PATH_MAX];
static char root[PATH_MAX];
static char marks[PATH_MAX];
static struct tracked *table[MAX_FDS];

static void die(const char *why) {
    char line[256];
    int n = snprintf(line, sizeof line, "storage recorder: %s: %s\n", why, strerror(errno));
    syscall(SYS_write, 2, line, n);
    abort();
}

static void open_log(void) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) die("cannot open the log");
    log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, LOG_FD_FLOOR);
    if (log_fd < 0) die("cannot move the log's descriptor");
    syscall(SYS_close, fd);
}

/* A forked child shares the parent's open file, and with it its flock: it must have its own. */
static void after_fork(void) {
    pthread_mutex_unlock(&mutex);
    owner = getpid();
    next_seq = 0;
    if (log_fd >= 0) {
        syscall(SYS_close, log_fd);
        open_log();
    }
}

static void prepare_fork(void) { pthread_mutex_lock(&mutex); }
static void parent_after_fork(void) { pthread_mutex_unlock(&mutex); }

static void adopt_inherited(void) {
    for (int fd = 3; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags >= 0 && fd != log_fd) tracked_open(fd, flags);
    }
}

static void start(void) {
    const char *where = getenv("DIANSHU_RECORD_DIR");
    const char *log = getenv("DIANSHU_RECORD_LOG");
    const char *mark = getenv("DIANSHU_RECORD_MARKS");
    if (!where || !*where) return;
    if (!realpath(where, root)) die("DIANSHU_RECORD_DIR does not exist");
    if (mark && *mark && !realpath(mark, marks)) die("DIANSHU_RECORD_MARKS does not exist");
    if (log && *log) {
        snprintf(log_path, sizeof log_path, "%s", log);
        open_log();
    }
    tracking = 1;
    owner = getpid();
    pthread_atfork(prepare_fork, parent_after_fork, after_fork);
    adopt_inherited();
}

__attribute__((constructor)) static void at_load(void) { pthread_once(&once, start); }

/* A child of vfork shares our memory: what it closes before its exec must not change our table. */
int recorder_is_on(void) {
    pthread_once(&once, start);
    return tracking && getpid() == owner;
}

void recorder_lock(void) {
    pthread_mutex_lock(&mutex);
    if (log_fd >= 0) flock(log_fd, LOCK_EX);
}

void recorder_unlock(void) {
    int kept = errno;
    if (log_fd >= 0) flock(log_fd, LOCK_UN);
    pthread_mutex_unlock(&mutex);
    errno = kept;
}

static void append(const void *bytes, size_t count) {
    const char *at = bytes;
    while (count) {
        ssize_t done = syscall(SYS_write, log_fd, at, count);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) die("cannot write the log");
        at += done;
        count -= (size_t)done;
    }
}

uint64_t recorder_log(enum record_kind kind, ino_t ino, int64_t offset, int64_t length, const char *path,
                      const char *path_to, const struct iovec *data, int data_count, size_t data_bytes) {
    int kept = errno;
    uint64_t seq = next_seq++;
    if (log_fd < 0) return seq;
    struct header head = {.magic = 0x31525344, .kind = kind, .seq = seq, .ino = ino, .offset = offset,
                          .length = length, .pid = (uint32_t)getpid(), .data_bytes = (uint32_t)data_bytes,
                          .path_bytes = path ? (uint32_t)strlen(path) : 0,
                          .path_to_bytes = path_to ? (uint32_t)strlen(path_to) : 0};
    append(&head, sizeof head);
    append(path, head.path_bytes);
    append(path_to, head.path_to_bytes);
    for (int i = 0; i < data_count && data_bytes; i++) {
        size_t part = data[i].iov_len < data_bytes ? data[i].iov_len : data_bytes;
        append(data[i].iov_base, part);
        data_bytes -= part;
    }
    errno = kept;
    return seq;
}

void recorder_blind(const char *what, const char *path) {
    recorder_log(REC_BLIND, 0, 0, 0, what, path, NULL, 0, 0);
}

int recorder_inside(const char *absolute) {
    size_t length = strlen(root);
    return strncmp(absolute, root, length) == 0 && (absolute[length] == '/' || absolute[length] == 0);
}

static int link_of(int fd, char *out) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t count = readlink(name, out, PATH_MAX - 1);
    if (count <= 0) return 0;
    out[count] = 0;
    return 1;
}

int recorder_locate(int dirfd, const char *path, char *out) {
    char joined[PATH_MAX * 2], base[PATH_MAX], parent[PATH_MAX];
    int kept = errno, inside = 0;
    if (!path || !*path) return 0;
    if (path[0] == '/') snprintf(joined, sizeof joined, "%s", path);
    else {
        if (dirfd == AT_FDCWD ? !getcwd(base, sizeof base) : !link_of(dirfd, base)) goto out;
        snprintf(joined, sizeof joined, "%s/%s", base, path);
    }
    size_t length = strlen(joined);
    while (length > 1 && joined[length - 1] == '/') joined[--length] = 0;
    char *slash = strrchr(joined, '/');
    if (slash == joined) goto out;
    *slash = 0;
    if (!realpath(joined, parent)) goto out;
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s", parent, slash + 1) >= PATH_MAX) goto out;
    inside = recorder_inside(out);
out:
    errno = kept;
    return inside;
}

void tracked_forget(int fd) {
    if (fd < 0 || fd >= MAX_FDS || !table[fd]) return;
    free(table[fd]);
    table[fd] = NULL;
}

void tracked_open(int fd, int flags) {
    char path[PATH_MAX];
    struct stat at;
    int kept = errno;
    if (fd < 0 || fd >= MAX_FDS) return;
    tracked_forget(fd);
    if (link_of(fd, path) && path[0] == '/') {
        int mark = marks[0] && strcmp(path, marks) == 0;
        if ((mark || recorder_inside(path)) && fstat(fd, &at) == 0) {
            struct tracked *entry = calloc(1, sizeof *entry + strlen(path) + 1);
            entry->dev = at.st_dev;
            entry->ino = at.st_ino;
            entry->marks = mark;
            entry->synchronous = (flags & O_DSYNC) != 0;
            strcpy(entry->path, path);
            table[fd] = entry;
        }
    }
    errno = kept;
}

void tracked_copy(int from, int to) {
    if (to < 0 || to >= MAX_FDS || from == to) return;
    tracked_forget(to);
    struct tracked *entry = tracked_get(from);
    if (!entry) return;
    size_t bytes = sizeof *entry + strlen(entry->path) + 1;
    table[to] = malloc(bytes);
    memcpy(table[to], entry, bytes);
}

struct tracked *tracked_get(int fd) {
    struct stat now;
    int kept = errno;
    if (fd < 0 || fd >= MAX_FDS || !table[fd]) return NULL;
    /* libc closes some descriptors without asking us: the number may be somebody else's by now */
    if (fstat(fd, &now) != 0 || now.st_ino != table[fd]->ino || now.st_dev != table[fd]->dev) tracked_forget(fd);
    errno = kept;
    return table[fd];
}
