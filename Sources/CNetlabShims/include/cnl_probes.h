// What probes need beyond plain sockets.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
// struct sock_filter and the BPF_ numbers; Glibc's module does not cover the kernel's own headers.
#include <linux/filter.h>
#include <linux/if_ether.h>
// ICMP_ numbers; not in Glibc's module either.
#include <netinet/ip_icmp.h>

/// One entry of a socket's error queue, flattened: sock_extended_err hides behind CMSG macros.
struct cnl_socket_error {
    int code;           // errno the kernel made of it
    int from_icmp;      // 1: a packet said so; 0: this host did
    int type;           // ICMP type and code, where from_icmp is 1
    int icmp_code;
    uint32_t offender;  // who sent the ICMP message, network byte order; 0 if unknown
};

/// Takes the oldest entry of the error queue (MSG_ERRQUEUE). Returns 1, 0 when there is none, -1 on failure.
int cnl_next_socket_error(int descriptor, struct cnl_socket_error *result);

/// Packets this socket lost because its buffer was full (SO_MEMINFO; its array indexes are macros of the kernel), or -1.
int64_t cnl_socket_drops(int descriptor);

/// Waits until one of `count` (at most 4) descriptors can be read, `nanoseconds` at most: ppoll(2) is behind
/// _GNU_SOURCE, and poll's milliseconds are coarser than a round trip here. Returns how many are ready, or -1.
int cnl_wait_readable(const int *descriptors, int count, int64_t nanoseconds);

/// Packets a packet socket was offered (dropped ones included) and dropped since the last call (PACKET_STATISTICS,
/// struct tpacket_stats).
int cnl_packet_counts(int descriptor, uint32_t *packets, uint32_t *drops);

/// Whether a socket has a port in the calling thread's namespace (for TCP: listens at it), asked by sock_diag(7), which
/// looks in the kernel's hash tables: 1 yes, 0 no, -1 with errno (ENOENT: a kernel without inet_diag). `address` and
/// `port` are in network byte order; what is bound to every address has every address. In C because linux/inet_diag.h
/// has no door. The other way, /proc/net/tcp, walks the connections of all namespaces each time it is read.
int cnl_port_is_bound(int protocol, uint32_t address, uint16_t port);

/// How frames get from a namespace to an address.
struct cnl_frame_path {
    int interface;       // index
    uint8_t header[14];  // struct ethhdr
    uint32_t source;     // the address the kernel would send from, network byte order
};

/// Asks the kernel by a NETLINK_ROUTE socket of the namespace for the route, the next hop's MAC and our own. 1, or 0
/// where only the kernel can send: no route, no Ethernet, a next hop whose MAC is not known (yet). In C because no
/// other target of ours that asks for routes stands below Probes. Equivalent to `ip route get`, `ip neighbor get`,
/// `ip link show`.
int cnl_find_frame_path(int descriptor, uint32_t destination, struct cnl_frame_path *path);

/// Whether the calling thread's namespace has rules that frames of our own making would not meet: nftables or iptables.
int cnl_has_packet_rules(void);

/// Makes a packet socket send by an interface, and hear nothing (bind with protocol 0).
int cnl_bind_sender(int descriptor, int interface);
