#define _GNU_SOURCE
#include "cnl_probes.h"
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

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
