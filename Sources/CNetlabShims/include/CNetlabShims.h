// Every function here exists because Swift's Glibc module cannot say it: calls behind _GNU_SOURCE, C variadics,
// function-like macros, or structs whose layout only the preprocessor knows.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/socket.h>

// Namespaces: setns(2) and unshare(2) are hidden behind _GNU_SOURCE.
int cnl_setns(int descriptor, int kind);
int cnl_unshare(int kinds);
extern const int cnl_clone_newnet;
extern const int cnl_clone_newns;
extern const int cnl_clone_newpid;
extern const int cnl_clone_newuser;

// Threads and processes: gettid, pidfd_open and pidfd_send_signal are not in the module.
int cnl_gettid(void);
int cnl_pidfd_open(int pid);
int cnl_pidfd_send_signal(int pidfd, int signal);
int cnl_thread_name(const char *name);

// pipe2(2) is behind _GNU_SOURCE.
/// A pipe whose ends close on exec: read end first.
int cnl_pipe(int ends[2]);

// memfd_create(2) and close_range(2) are behind _GNU_SOURCE.
int cnl_memfd(const char *name);
int cnl_close_from(unsigned int first);
// SCM_RIGHTS is built and read by macros.
/// Sends up to 200 open descriptors over a stream socket, with one byte to carry them, without SIGPIPE. 1, or -1.
int cnl_send_files(int socket, const int *descriptors, int count);
/// Receives one byte and the descriptors that came with it, close-on-exec. How many came, or -1; at the end of the
/// stream 0.
int cnl_receive_files(int socket, int *descriptors, int capacity);
/// A pair of connected stream sockets, close-on-exec.
int cnl_socket_pair(int ends[2]);
/// Sets or clears FD_CLOEXEC; fcntl is variadic.
int cnl_set_cloexec(int descriptor, int on);
/// Sets O_NONBLOCK; fcntl is variadic.
int cnl_set_nonblocking(int descriptor, int on);

// wait status macros.
int cnl_exit_status(int status);  // exit code, or 128 + signal as shells report it
int cnl_was_signalled(int status);

// sendmmsg/recvmmsg and struct mmsghdr are behind _GNU_SOURCE.
/// Sends `count` payloads of `size` bytes that begin `stride` bytes apart, each to its own sockaddr_in, or (`addresses`
/// NULL) to where the socket is bound. Returns how many went.
int cnl_send_many(
    int descriptor, const void *payloads, size_t stride, size_t size, const void *addresses, int count);
/// Receives up to `count` datagrams into slots of `slot` bytes; writes each length. Returns how many came, or -1.
int cnl_receive_many(int descriptor, void *slots, size_t slot, int *lengths, int count);

// AF_PACKET: struct sockaddr_ll, SO_ATTACH_FILTER and sock_filter are macro-built.
/// Binds a packet socket to an interface for all protocols (ETH_P_ALL).
int cnl_bind_packet(int descriptor, int interface_index);
/// Attaches a classic BPF program of `count` 8-byte instructions.
int cnl_attach_filter(int descriptor, const void *instructions, int count);
/// Receives one frame from a SOCK_DGRAM packet socket; `outgoing` is 1 for PACKET_OUTGOING.
ssize_t cnl_receive_packet(int descriptor, void *buffer, size_t size, int *outgoing);
/// Packets dropped since the last call because the socket's buffer was full (PACKET_STATISTICS), or -1.
int cnl_packet_drops(int descriptor);

// Netlink: attribute and header macros, and the extended ACK options.
int cnl_netlink_socket(int protocol);
/// Joins a multicast group (NETLINK_ADD_MEMBERSHIP), or -1.
int cnl_netlink_join(int descriptor, unsigned int group);
/// Sends a whole batch in one sendmsg to the kernel.
ssize_t cnl_netlink_send(int descriptor, const void *bytes, size_t count);
/// Receives one datagram; fills the sender's port id (0 is the kernel). `flags` as in recv(2).
ssize_t cnl_netlink_receive(int descriptor, void *buffer, size_t size, int flags, uint32_t *sender);
/// Makes the send buffer at least `bytes`, by force where allowed.
int cnl_send_buffer(int descriptor, int bytes);
int cnl_receive_buffer(int descriptor, int bytes);

// signalfd(2) is not in the module.
/// A descriptor that can be read when SIGINT, SIGTERM or SIGHUP waits; they must be blocked.
int cnl_signal_descriptor(void);
/// Asks for nanosecond arrival times (SO_TIMESTAMPNS), or -1.
int cnl_want_timestamps(int descriptor);
/// Receives one frame with its arrival time (nanoseconds since 1970) and direction; `length` is what it was on the wire.
ssize_t cnl_receive_frame(int descriptor, void *buffer, size_t size, int64_t *nanoseconds, int *outgoing, int *length);

// Netlink numbers that the importer gives different types or leaves out (computed macros).
enum {
    cnl_nlmsg_hdrlen = 16,
};
extern const int cnl_netlink_route;
extern const int cnl_netlink_netfilter;
extern const int cnl_nlmsg_error;
extern const int cnl_nlmsg_done;
extern const int cnl_nlm_f_request;
extern const int cnl_nlm_f_ack;
extern const int cnl_nlm_f_multi;
extern const int cnl_nlm_f_dump_intr;
extern const int cnl_nlm_f_capped;
extern const int cnl_nlm_f_ack_tlvs;
extern const int cnl_nlmsgerr_attr_msg;

// POSIX_SPAWN_SETSID is behind _GNU_SOURCE.
extern const int cnl_posix_spawn_setsid;
#include "cnl_keeper.h"
#include "cnl_probes.h"
