import IPAddressing

extension Findings {
    /// The pool and the hosts of the Internet: public addresses, each used once; DNS names that lead to one host.
    mutating func checkInternet() {
        for pool in lab.internet.pools { checkPool(pool) }
        checkHosts()
    }

    private mutating func checkPool(_ pool: CIDRBlock) {
        if pool.base.isPrivateOrShared || pool.base.specialUse != nil || pool.prefixLength < 8 {
            error(
                lab.origin, "the public pool \(pool) is not public address space",
                hint: "use a documentation range, for example 203.0.113.0/24", field: "public-pool")
        } else if pool == lab.internet.publicPool, pool.prefixLength > 28 {
            error(
                lab.origin, "the public pool \(pool) is too small",
                hint: "a /28 is the least, for example 203.0.113.0/28",
                field: "public-pool")
        }
    }

    private mutating func checkHosts() {
        var owners: [IPv4Address: String] = [:]
        var named: [String: String] = [:]
        for host in lab.internet.hosts {
            checkAddress(of: host)
            if let owner = owners[host.address] {
                error(
                    host.origin, "the address \(host.address) of `\(host.name)` already belongs to `\(owner)`",
                    hint: "give each Internet host its own address", field: "address")
            } else {
                owners[host.address] = host.name
            }
            for name in host.dnsNames {
                if !isDNSName(name) {
                    error(
                        host.origin, "`\(ObjectName.shown(name))` is not a DNS name",
                        hint: "write it in lower case with at least one dot, for example archive.ubuntu.com",
                        field: "names")
                } else if let owner = named[name] {
                    error(
                        host.origin,
                        owner == host.name
                            ? "the DNS name `\(name)` is listed twice"
                            : "the DNS name `\(name)` already leads to `\(owner)`",
                        hint: "a name leads to one host", field: "names")
                } else {
                    named[name] = host.name
                }
            }
        }
    }

    private mutating func checkAddress(of host: InternetHost) {
        let address = host.address
        let start = "the Internet host `\(host.name)` cannot have the address \(address): "
        let hint = "use a documentation range (RFC 5737), for example 198.51.100.0/24"
        if address.isPrivateOrShared {
            error(host.origin, start + "it is private, and no Internet router carries it", hint: hint, field: "address")
        } else if let use = address.specialUse {
            error(host.origin, start + "it \(use)", hint: hint, field: "address")
        } else if let pool = lab.internet.pools.first(where: { $0.contains(address) }) {
            error(
                host.origin, start + "it is in the public pool \(pool), which AWS gives out",
                hint: hint, field: "address")
        } else if let vpc = lab.vpcs.first(where: { $0.contains(address) }) {
            error(host.origin, start + "it is inside the VPC `\(vpc.name)`", hint: hint, field: "address")
        }
    }

    private func isDNSName(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.count >= 2, IPv4Address(name) == nil else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 }
        }
    }

    /// No two servers of a node wait on the same port.
    mutating func checkListeners() {
        for instance in lab.vpcs.flatMap(\.instances) {
            checkListeners(instance.listeners, of: instance.name, at: instance.origin, field: "listens")
        }
        for host in lab.internet.hosts {
            checkListeners(host.listeners, of: host.name, at: host.origin, field: "serves")
        }
    }

    private mutating func checkListeners(_ listeners: [Listener], of name: String, at origin: Origin, field: String) {
        var taken: [String: Listener.Kind] = [:]
        for listener in listeners {
            if listener.port == 0 {
                error(origin, "`\(name)` cannot listen on port 0", hint: "a port is from 1 to 65535", field: field)
            }
            for transport in listener.kind.transports {
                let socket = "\(transport)/\(listener.port)"
                if let other = taken[socket] {
                    error(
                        origin,
                        "`\(name)` listens twice on \(socket): as \(other.rawValue) and as \(listener.kind.rawValue)",
                        hint: "give one of them another port", field: field)
                    break
                }
                taken[socket] = listener.kind
            }
        }
    }
}

extension Listener.Kind {
    /// The transport protocols its sockets use.
    public var transports: [String] {
        switch self {
        case .http, .tcp, .apt, .https, .registry, .ssh, .iperf3: ["tcp"]
        case .udp: ["udp"]
        case .dns: ["udp", "tcp"]
        }
    }
}
