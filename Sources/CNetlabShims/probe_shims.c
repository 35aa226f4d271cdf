#define _GNU_SOURCE
#include "cnl_probes.h"
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int cnl_next_socket_error(int descriptor, struct cnl_socket_error *result) {
    char payload[256];
    union {
        struct cmsghdr align;
        char bytes[512];
    } control;
    struct iovec vector = {.iov_base = payload, .iov_len = sizeof payload};
    struct sockaddr_in peer;
    struct msghdr message = {
        .msg_name = &peer,
        .msg_namelen = sizeof peer,
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes};
    memset(result, 0, sizeof *result);
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_IP || header->cmsg_type != IP_RECVERR) continue;
        struct sock_extended_err *error = (struct sock_extended_err *)CMSG_DATA(header);
        result->code = (int)error->ee_errno;
        result->from_icmp = error->ee_origin == SO_EE_ORIGIN_ICMP;
        result->type = error->ee_type;
        result->icmp_code = error->ee_code;
        struct sockaddr_in *offender = (struct sockaddr_in *)SO_EE_OFFENDER(error);
        if (offender->sin_family == AF_INET) result->offender = offender->sin_addr.s_addr;
    }
    return 1;
}

int64_t cnl_socket_drops(int descriptor) {
    uint32_t numbers[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof numbers;
    if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, numbers, &length) < 0) return -1;
    return numbers[SK_MEMINFO_DROPS];
}

int cnl_wait_readable(const int *descriptors, int count, int64_t nanoseconds) {
    struct pollfd polled[4];
    if (count > 4) count = 4;
    for (int i = 0; i < count; i++) polled[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return ppoll(polled, (nfds_t)count, &limit, NULL);
}

int cnl_packet_counts(int descriptor, uint32_t *packets, uint32_t *drops) {
    struct tpacket_stats statistics;
    socklen_t length = sizeof statistics;
    if (getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0) return -1;
    *packets = statistics.tp_packets;
    *drops = statistics.tp_drops;
    return 0;
}

struct port_question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

/// Asks; returns the type of the answer, with errno set if it is an error, or -1.
static int ask_for_port(int descriptor, const struct port_question *question) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    union {
        struct nlmsghdr header;
        char bytes[1024];
    } answer;
    if (sendto(descriptor, question, sizeof *question, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) return -1;
    // The kernel has answered when sendto returns.
    ssize_t count = recv(descriptor, &answer, sizeof answer, MSG_DONTWAIT);
    if (count < (ssize_t)sizeof answer.header) return -1;
    if (answer.header.nlmsg_type == NLMSG_ERROR) {
        if (count < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr))) return -1;
        errno = -((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
    }
    return answer.header.nlmsg_type;
}

int cnl_port_is_bound(int protocol, uint32_t address, uint16_t port) {
    struct port_question question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .body = {
            .sdiag_family = AF_INET,
            .sdiag_protocol = (uint8_t)protocol,
            .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}}};
    // For one UDP socket the kernel takes the ends the other way round (udp_dump_one in net/ipv4/udp_diag.c).
    if (protocol == IPPROTO_UDP) {
        question.body.id.idiag_dst[0] = address;
        question.body.id.idiag_dport = port;
    } else {
        question.body.id.idiag_src[0] = address;
        question.body.id.idiag_sport = port;
    }
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (descriptor < 0) return -1;
    int answer = ask_for_port(descriptor, &question), result = answer == SOCK_DIAG_BY_FAMILY ? 1 : -1;
    if (answer == NLMSG_ERROR && errno == ENOENT) {
        // Either no such socket, or nobody to ask: a list of sockets in no state is empty, but it is a list.
        question.header.nlmsg_flags |= NLM_F_DUMP;
        if (ask_for_port(descriptor, &question) == NLMSG_DONE) result = 0;
    }
    int saved = errno;
    close(descriptor);
    errno = saved;
    return result;
}
