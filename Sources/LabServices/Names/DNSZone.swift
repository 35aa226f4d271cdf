public import IPAddressing

/// All that one DNS server of a lab knows. What it does not know does not exist: it asks nobody.
public struct DNSZone: Hashable, Sendable {
    /// Order matters only for reverse look-ups: an address's first name wins.
    public var records: [DNSRecord]

    public init(records: [DNSRecord] = []) { self.records = records }

    /// A dnsmasq configuration that serves exactly this zone, on exactly these addresses.
    ///
    /// The addresses must exist when dnsmasq starts. (Bound to no address it could start earlier, but then it refuses TCP
    /// that comes in by an interface without an address, as all of a router's are.) It reads neither `/etc/hosts` nor `/etc/resolv.conf`, and does
    /// DNS only. With a log file it writes a line per query.
    public func dnsmasqConfiguration(
        listening addresses: [IPv4Address], port: UInt16 = 53, logFile: String? = nil, hostsFile: String? = nil,
        timeToLive: Int = 60
    ) -> String {
        var lines = [
            "# Made by netlab; the next `up` writes it anew.",
            "keep-in-foreground",
            "user=root",
            // Empty: it stays as it is. A change of groups is refused in a user's own namespace, even one to the same.
            "group=",
            // Empty: none. Two labs would fight over the default one.
            "pid-file=",
            "port=\(port)",
            "bind-interfaces",
        ]
        lines += addresses.map { "listen-address=\($0)" }
        lines += ["no-hosts", "no-resolv", "no-poll", "cache-size=10000", "local-ttl=\(timeToLive)"]
        // Read again at SIGHUP; several addresses of one name come in another order with each answer.
        if let hostsFile { lines.append("addn-hosts=\(hostsFile)") }
        if let logFile { lines += ["log-facility=\(logFile)", "log-queries"] }
        // A domain without address, for every domain: NXDOMAIN, where dnsmasq without upstream would say REFUSED.
        lines.append("address=/#/")
        lines += hostRecords
        return lines.joined(separator: "\n") + "\n"
    }

    /// One line per address. dnsmasq answers reverse look-ups with the first name it reads for an address.
    private var hostRecords: [String] {
        var order: [IPv4Address] = []
        var names: [IPv4Address: [String]] = [:]
        for record in records where names[record.address]?.contains(record.name) != true {
            if names[record.address] == nil { order.append(record.address) }
            names[record.address, default: []].append(record.name)
        }
        return order.flatMap { address in
            // dnsmasq reads lines of at most 1025 bytes.
            (names[address] ?? []).map { "host-record=\($0),\(address)" }
        }
    }
}
