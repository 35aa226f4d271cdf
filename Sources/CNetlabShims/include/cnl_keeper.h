// What labs without root need: namespaces handed from process to process, and who is at the other end.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Sends bytes and open descriptors in one message (SCM_RIGHTS; CMSG macros). At most 4 descriptors. Returns bytes, or -1.
ssize_t cnl_send_descriptors(int socket, const void *bytes, size_t size, const int *descriptors, int count);
/// Receives one such message; the descriptors are close-on-exec, and `*count` says how many came (at most 4).
ssize_t cnl_receive_descriptors(int socket, void *bytes, size_t size, int descriptors[4], int *count);

/// The user at the other end of a Unix socket (struct ucred is behind _GNU_SOURCE), or -1.
int64_t cnl_peer_user(int socket);

/// Binds a Unix socket to a path, or connects it: struct sockaddr_un is an array of characters to Swift's eyes.
int cnl_bind_unix(int socket, const char *path);
int cnl_connect_unix(int socket, const char *path);

/// A descriptor that becomes readable when one of SIGHUP, SIGINT and SIGTERM waits; blocks the three (signalfd(2) is not
/// in the module).
int cnl_end_signals(void);

/// Makes `/proc/self` our own again after a change of user; prctl is variadic.
int cnl_set_dumpable(int on);
/// Gives up all supplementary groups (setgroups(2) is behind _DEFAULT_SOURCE).
int cnl_drop_groups(void);
