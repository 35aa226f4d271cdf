/// A claim of the documents, the probe that tests it, what must come of it, and the control that shows the probe
/// could have told otherwise.
public struct Check: Hashable, Sendable {
    /// `C2`.
    public var claim: String
    /// The section of the document that makes the claim, e.g. `note §1`.
    public var source: String
    /// The claim in one sentence.
    public var says: String
    /// The nodes that send, all at once.
    public var from: [String]
    public var probe: Probe
    /// What has failed while the probe is sent; all of it is healed afterwards.
    public var outage: [Outage]
    public var expect: Expectation
    public var control: Control?
    public var origin: Origin

    public init(
        claim: String, source: String = "", says: String, from: [String], probe: Probe, outage: [Outage] = [],
        expect: Expectation, control: Control? = nil, origin: Origin = .none
    ) {
        self.claim = claim
        self.source = source
        self.says = says
        self.from = from
        self.probe = probe
        self.outage = outage
        self.expect = expect
        self.control = control
        self.origin = origin
    }
}

/// The counter-proof of a check: the same kind of probe where the opposite must come out.
public struct Control: Hashable, Sendable {
    public var says: String
    public var from: [String]
    public var probe: Probe
    /// As for the check. A control without it, of a check with it, is tried before and after the outage.
    public var outage: [Outage]
    public var expect: Expectation
    public var origin: Origin

    public init(
        says: String, from: [String], probe: Probe, outage: [Outage] = [], expect: Expectation, origin: Origin = .none
    ) {
        self.says = says
        self.from = from
        self.probe = probe
        self.outage = outage
        self.expect = expect
        self.origin = origin
    }
}

/// What is sent.
public enum Probe: Hashable, Sendable {
    /// One HTTP GET.
    case http(to: Endpoint, path: String)
    /// One HTTP connection that is opened before an outage begins, and asked again and again once it has begun.
    case stream(to: Endpoint)
    /// One TCP handshake, closed at once.
    case tcp(to: Endpoint)
    /// One UDP datagram that wants an echo.
    case udp(to: Endpoint)
    /// One ICMP echo request.
    case ping(to: Endpoint)
    /// One DNS question (type A) to a server; `nil` asks the VPC's resolver.
    case dns(name: String, server: Endpoint?)
    /// What `apt-get install` fetches: InRelease, Packages, the .deb; `times` in a row.
    case aptFetch(from: Endpoint, package: String, times: Int)
    /// A port scan.
    case scan([ScanTarget])
    /// Which routers answer on the way.
    case traceroute(to: Endpoint)
    /// The addresses the node itself carries.
    case addresses
    /// A real program run on the node; it succeeds if it ends with status 0. `towards` is where its TCP packets go, for
    /// the evidence of both ends.
    case run(command: [String], towards: Endpoint?)
    /// A server that wants a TCP port of the node; nothing is sent.
    case bind(port: UInt16)
    /// One item of the instance metadata service, e.g. `public-ipv4`.
    case metadata(item: String)
    /// One TLS handshake, and whether the certificate is trusted and names the host.
    case tls(to: Endpoint)
    /// What `docker pull` fetches: token, manifest and blobs, every digest computed anew.
    case imagePull(from: Endpoint, image: String)
    /// One HTTPS connection: a batch of log events, seconds of silence, another batch.
    case logPush(to: Endpoint, silence: Int)
    /// Nodes asked at each of their addresses, on every port the lab names: all nodes when empty.
    case matrix(of: [String])
    /// Throughput and latency towards an iperf3 server, side by side with those of another node.
    case bandwidth(to: Endpoint, against: String)
}

/// Where a probe goes: a node's name, a DNS name or an address, with a port where the protocol has one.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    public var port: UInt16?

    public init(host: String, port: UInt16? = nil) {
        self.host = host
        self.port = port
    }

    public var description: String { port.map { "\(host):\($0)" } ?? host }
}

/// A part of a scan: these hosts, these ports.
public struct ScanTarget: Hashable, Sendable {
    /// Node names, addresses or CIDR blocks.
    public var hosts: [String]
    public var tcp: [ClosedRange<UInt16>]
    public var udp: [ClosedRange<UInt16>]
    /// Also one ICMP echo request each.
    public var ping: Bool

    public init(hosts: [String], tcp: [ClosedRange<UInt16>] = [], udp: [ClosedRange<UInt16>] = [], ping: Bool = false) {
        self.hosts = hosts
        self.tcp = tcp
        self.udp = udp
        self.ping = ping
    }
}

/// What must come of a probe. Only what is set is checked.
public struct Expectation: Hashable, Sendable {
    /// The probe got its answer (`true`) or none (`false`).
    public var succeeds: Bool?
    /// The source the other end saw: a node's name (its public address if the other end is on the Internet) or an
    /// address.
    public var seenFrom: String?
    /// Exactly the `host:port`s that a scan finds open.
    public var open: [Endpoint]?
    /// Not a single packet came back: no reset, no ICMP.
    public var silent: Bool?
    /// The owner of the rule or table that must have dropped packets, e.g. `sg app ingress`.
    public var stoppedBy: String?
    /// A node whose interface must see no packet of the probe.
    public var neverReaches: [String]
    /// The hops of a traceroute in order, as node names.
    public var hops: [String]?
    /// The nodes of which one must have answered: what a load balancer chose from.
    public var servedBy: [String]
    /// Text that must be somewhere in what a program wrote, or in an answer's body.
    public var prints: String?
    /// The HTTP status.
    public var status: Int?
    /// The text of the answer: a metadata item, a DNS answer.
    public var value: String?
    /// All addresses found on the node lie in the VPC.
    public var onlyPrivate: Bool?
    /// At least so many connections, each with a port of its own at the other end.
    public var flows: Int?
    /// The last segment was answered by a reset; `stoppedBy` says whose.
    public var reset: Bool?
    /// Packets say of every address and port what the analysis of the lab file says.
    public var asPredicted: Bool?
    /// At least so many bytes the NAT gateways processed meanwhile.
    public var natBytes: Int?
    /// The passwords that the sshd at the other end logged as tried and wrong.
    public var attempts: Int?

    public init(
        succeeds: Bool? = nil, seenFrom: String? = nil, open: [Endpoint]? = nil, silent: Bool? = nil,
        stoppedBy: String? = nil, neverReaches: [String] = [], hops: [String]? = nil,
        servedBy: [String] = [], prints: String? = nil, status: Int? = nil, value: String? = nil,
        onlyPrivate: Bool? = nil, flows: Int? = nil, reset: Bool? = nil, asPredicted: Bool? = nil, natBytes: Int? = nil,
        attempts: Int? = nil
    ) {
        self.succeeds = succeeds
        self.seenFrom = seenFrom
        self.open = open
        self.silent = silent
        self.stoppedBy = stoppedBy
        self.neverReaches = neverReaches
        self.hops = hops
        self.servedBy = servedBy
        self.prints = prints
        self.status = status
        self.value = value
        self.onlyPrivate = onlyPrivate
        self.flows = flows
        self.reset = reset
        self.asPredicted = asPredicted
        self.natBytes = natBytes
        self.attempts = attempts
    }
}
