#define _GNU_SOURCE
#include "CNetlabShims.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>

const int cnl_clone_newnet = CLONE_NEWNET;
const int cnl_clone_newns = CLONE_NEWNS;
const int cnl_clone_newpid = CLONE_NEWPID;
const int cnl_clone_newuser = CLONE_NEWUSER;

int cnl_setns(int descriptor, int kind) { return setns(descriptor, kind); }
int cnl_unshare(int kinds) { return unshare(kinds); }
int cnl_gettid(void) { return (int)syscall(SYS_gettid); }
int cnl_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int cnl_pidfd_send_signal(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0); }
int cnl_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
int cnl_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
int cnl_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
int cnl_close_from(unsigned int first) { return (int)syscall(SYS_close_range, first, ~0U, 0); }

enum { rights_limit = 200 };

int cnl_send_files(int socket, const int *descriptors, int count) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(rights_limit * sizeof(int))];
    } control;
    char byte = 0;
    struct iovec vector = {.iov_base = &byte, .iov_len = 1};
    if (count < 1 || count > rights_limit) {
        errno = EINVAL;
        return -1;
    }
    memset(&control, 0, sizeof control);
    struct msghdr message = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, (size_t)count * sizeof(int));
    return (int)sendmsg(socket, &message, MSG_NOSIGNAL);
}

int cnl_receive_files(int socket, int *descriptors, int capacity) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(rights_limit * sizeof(int))];
    } control;
    char byte = 0;
    struct iovec vector = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received <= 0) return (int)received;
    int count = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int came = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        const int *numbers = (const int *)CMSG_DATA(header);
        for (int i = 0; i < came; i++) {
            if (count < capacity) descriptors[count++] = numbers[i];
            else close(numbers[i]);
        }
    }
    return count;
}

int cnl_socket_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }

int cnl_set_cloexec(int descriptor, int on) { return fcntl(descriptor, F_SETFD, on ? FD_CLOEXEC : 0); }

int cnl_set_nonblocking(int descriptor, int on) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

int cnl_exit_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }
int cnl_was_signalled(int status) { return WIFSIGNALED(status); }

enum { batch_limit = 128 };

int cnl_send_many(
    int descriptor, const void *payloads, size_t stride, size_t size, const void *addresses, int count) {
    struct mmsghdr headers[batch_limit];
    struct iovec vectors[batch_limit];
    if (count > batch_limit) count = batch_limit;
    memset(headers, 0, sizeof headers[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        vectors[i].iov_base = (char *)payloads + stride * (size_t)i;
        vectors[i].iov_len = size;
        headers[i].msg_hdr.msg_iov = &vectors[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        if (!addresses) continue;
        headers[i].msg_hdr.msg_name = (struct sockaddr_in *)addresses + i;
        headers[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
    }
    return sendmmsg(descriptor, headers, (unsigned)count, 0);
}

int cnl_receive_many(int descriptor, void *slots, size_t slot, int *lengths, int count) {
    struct mmsghdr headers[batch_limit];
    struct iovec vectors[batch_limit];
    if (count > batch_limit) count = batch_limit;
    memset(headers, 0, sizeof headers[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        vectors[i].iov_base = (char *)slots + slot * (size_t)i;
        vectors[i].iov_len = slot;
        headers[i].msg_hdr.msg_iov = &vectors[i];
        headers[i].msg_hdr.msg_iovlen = 1;
    }
    int received = recvmmsg(descriptor, headers, (unsigned)count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < received; i++) lengths[i] = (int)headers[i].msg_len;
    return received;
}

int cnl_bind_packet(int descriptor, int interface_index) {
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = interface_index};
    return bind(descriptor, (struct sockaddr *)&address, sizeof address);
}

int cnl_attach_filter(int descriptor, const void *instructions, int count) {
    struct sock_fprog program = {.len = (unsigned short)count, .filter = (struct sock_filter *)instructions};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

ssize_t cnl_receive_packet(int descriptor, void *buffer, size_t size, int *outgoing) {
    struct sockaddr_ll from;
    socklen_t length = sizeof from;
    ssize_t received = recvfrom(descriptor, buffer, size, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    if (received >= 0) *outgoing = from.sll_pkttype == PACKET_OUTGOING;
    return received;
}

int cnl_packet_drops(int descriptor) {
    struct tpacket_stats statistics;
    socklen_t length = sizeof statistics;
    if (getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0) return -1;
    return (int)statistics.tp_drops;
}

int cnl_netlink_socket(int protocol) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) return -1;
    // Extended ACK carries the kernel's own sentence; a capped ACK leaves out the echo of our message.
    int on = 1;
    if (setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on) < 0 ||
        setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on) < 0) {
        int saved = errno;
        close(descriptor);
        errno = saved;
        return -1;
    }
    return descriptor;
}

ssize_t cnl_netlink_send(int descriptor, const void *bytes, size_t count) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(descriptor, bytes, count, 0, (struct sockaddr *)&kernel, sizeof kernel);
}

ssize_t cnl_netlink_receive(int descriptor, void *buffer, size_t size, int flags, uint32_t *sender) {
    struct sockaddr_nl from = {0};
    socklen_t length = sizeof from;
    ssize_t received = recvfrom(descriptor, buffer, size, flags | MSG_TRUNC, (struct sockaddr *)&from, &length);
    *sender = from.nl_pid;
    return received;
}

int cnl_send_buffer(int descriptor, int bytes) {
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) == 0) return 0;
    return setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int cnl_receive_buffer(int descriptor, int bytes) {
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return 0;
    return setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

_Static_assert(cnl_nlmsg_hdrlen == NLMSG_HDRLEN, "struct nlmsghdr is 16 bytes");
const int cnl_netlink_route = NETLINK_ROUTE;
const int cnl_netlink_netfilter = NETLINK_NETFILTER;
const int cnl_nlmsg_error = NLMSG_ERROR;
const int cnl_nlmsg_done = NLMSG_DONE;
const int cnl_nlm_f_request = NLM_F_REQUEST;
const int cnl_nlm_f_ack = NLM_F_ACK;
const int cnl_nlm_f_multi = NLM_F_MULTI;
const int cnl_nlm_f_dump_intr = NLM_F_DUMP_INTR;
const int cnl_nlm_f_capped = NLM_F_CAPPED;
const int cnl_nlm_f_ack_tlvs = NLM_F_ACK_TLVS;
const int cnl_nlmsgerr_attr_msg = NLMSGERR_ATTR_MSG;
const int cnl_posix_spawn_setsid = POSIX_SPAWN_SETSID;

int cnl_netlink_join(int descriptor, unsigned int group) {
    // A socket without a port of its own has port 0, and the kernel leaves out the port that a report stems from: 0, if
    // nobody asked for it (do_one_broadcast in net/netlink/af_netlink.c). Binding gives it one.
    struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    if (bind(descriptor, (struct sockaddr *)&any, sizeof any) < 0) return -1;
    return setsockopt(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
}

int cnl_signal_descriptor(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cnl_want_timestamps(int descriptor) {
    int on = 1;
    return setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

ssize_t cnl_receive_frame(
    int descriptor, void *buffer, size_t size, int64_t *nanoseconds, int *outgoing, int *length) {
    struct sockaddr_ll from = {0};
    struct iovec vector = {.iov_base = buffer, .iov_len = size};
    union {
        struct cmsghdr align;
        char bytes[256];
    } control;
    struct msghdr message = {
        .msg_name = &from,
        .msg_namelen = sizeof from,
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes};
    // MSG_TRUNC: the whole length, however much of it fits.
    ssize_t received = recvmsg(descriptor, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (received < 0) return -1;
    *nanoseconds = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec time;
        memcpy(&time, CMSG_DATA(header), sizeof time);
        *nanoseconds = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    }
    *outgoing = from.sll_pkttype == PACKET_OUTGOING;
    *length = (int)received;
    return received < (ssize_t)size ? received : (ssize_t)size;
}
