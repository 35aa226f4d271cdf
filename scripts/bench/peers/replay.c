// The floor: makes the namespaces of a lab and sends prepared netlink messages into them, as few system calls as the
// kernel allows, nothing computed. The file is written by record.py from what netlab itself sent, so both make the
// same objects. One thread.
//
//   replay up FILE LAB     makes /run/netns/LAB.NODE for every node, sends everything, exits 1 on any refusal
//   replay down FILE LAB   takes the names away; the namespaces end together
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUTE, NETFILTER, KINDS };
struct node {
    char path[300];
    int namespace, socket[KINDS];
};

static const uint8_t *at, *end;
static int refused;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint32_t number(void) {
    uint32_t value;
    if (end - at < 4) exit(2);
    memcpy(&value, at, 4);
    at += 4;
    return value;
}

// A string or a block: its length, its bytes, a zero.
static const char *block(uint32_t *length) {
    *length = number();
    if ((size_t)(end - at) < (size_t)*length + 1) exit(2);
    const char *bytes = (const char *)at;
    at += *length + 1;
    return bytes;
}

static void setting(const char *path, const char *value, uint32_t length) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, value, length) < 0) die(path);
    close(file);
}

static int netlink(int protocol) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), one = 1;
    if (fd < 0) die("socket");
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
    return fd;
}

static void make(struct node *node) {
    static const int protocols[KINDS] = {NETLINK_ROUTE, NETLINK_NETFILTER};
    if (unshare(CLONE_NEWNET)) die("unshare");
    int file = open(node->path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (file < 0) die(node->path);
    close(file);
    if (mount("/proc/thread-self/ns/net", node->path, "none", MS_BIND, 0)) die("mount");
    node->namespace = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    uint32_t length, kinds = number();
    for (int kind = 0; kind < KINDS; kind++)
        if (kinds & 1u << kind) node->socket[kind] = netlink(protocols[kind]);
    for (uint32_t count = number(); count; count--) {
        const char *path = block(&length), *value = block(&length);
        setting(path, value, length);
    }
}

// One send; then whatever the kernel has to say about it, which is there when send returns.
static void transmit(int fd, const void *bytes, size_t length) {
    static char answer[65536];
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (length > 100000) {
        int size = length * 2 + 65536;
        if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size)) die("SO_SNDBUFFORCE");
    }
    if (sendto(fd, bytes, length, 0, (void *)&kernel, sizeof kernel) < 0) die("sendto");
    for (;;) {
        ssize_t got = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
        if (got < 0) return;
        int left = got;
        for (struct nlmsghdr *h = (void *)answer; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
            int code = h->nlmsg_type == NLMSG_ERROR ? ((struct nlmsgerr *)NLMSG_DATA(h))->error : 0;
            if (code && refused++ < 5) fprintf(stderr, "message %u: %s\n", h->nlmsg_seq, strerror(-code));
        }
    }
}

int main(int count, char **words) {
    if (count != 4) return 2;
    int file = open(words[2], O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status)) die(words[2]);
    // Private and writable: the descriptors of other namespaces are written into the messages.
    uint8_t *all = mmap(0, status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (all == MAP_FAILED) die("mmap");
    at = all;
    end = all + status.st_size;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    uint32_t nodes = number(), length;
    struct node *node = calloc(nodes, sizeof *node);
    for (uint32_t i = 0; i < nodes; i++)
        snprintf(node[i].path, sizeof node[i].path, "/run/netns/%s.%s", words[3], block(&length));
    if (!strcmp(words[1], "down")) {
        for (uint32_t i = 0; i < nodes; i++)
            if (umount2(node[i].path, MNT_DETACH) || unlink(node[i].path)) die(node[i].path);
        return 0;
    }
    for (uint32_t i = 0; i < nodes; i++) make(&node[i]);
    for (uint32_t sends = number(); sends; sends--) {
        uint32_t who = number(), kind = number(), patches = number();
        const uint8_t *list = at;
        at += patches * 8;
        const char *bytes = block(&length);
        for (const uint8_t *p = list; p < list + patches * 8; p += 8) {
            uint32_t offset, other;
            memcpy(&offset, p, 4);
            memcpy(&other, p + 4, 4);
            memcpy(all + ((const uint8_t *)bytes - all) + offset, &node[other].namespace, 4);
        }
        transmit(node[who].socket[kind], bytes, length);
    }
    return refused ? 1 : 0;
}
