import CLibNL
import CNetlabShims
import Glibc
public import LinuxSystem

/// Hears when a link of a namespace changes. Equivalent to `ip monitor link`.
public struct LinkMonitor: ~Copyable {
    private let socket: OwnedDescriptor

    /// Listens in the calling thread's namespace from now on.
    public init() throws(SystemError) {
        let raw = try systemCall("socket AF_NETLINK") { cnl_netlink_socket(NETLINK_ROUTE) }
        let opened = OwnedDescriptor(owning: raw)
        var group = UInt32(RTNLGRP_LINK.rawValue)
        try systemCall("setsockopt NETLINK_ADD_MEMBERSHIP") {
            setsockopt(raw, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, socklen_t(MemoryLayout<UInt32>.size))
        }
        socket = opened
    }

    /// Returns at the next change, or after `milliseconds`.
    public func wait(milliseconds: Int32) {
        var waiting = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, milliseconds) > 0 else { return }
        // What changed does not matter: the caller looks again. Too many changes (ENOBUFS) are a change as well.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while recv(socket.raw, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
    }
}
