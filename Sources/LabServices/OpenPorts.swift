public import IPAddressing

/// Whether anything listens in the calling thread's namespace.
public enum OpenPorts {
    /// Equivalent to looking for the port in `ss -ltun`.
    ///
    /// - Parameters:
    ///   - isDatagram: UDP instead of TCP.
    ///   - address: Every address of the node by default.
    public static func listens(isDatagram: Bool, port: UInt16, address: IPv4Address? = nil) -> Bool {
        let addresses = [address ?? IPv4Address(number: 0)]
        return BoundPort.exists(isDatagram ? .udp(addresses, port) : .tcp(addresses, port))
    }
}
