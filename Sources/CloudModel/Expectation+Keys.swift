extension Probe {
    /// The key that names the probe in a lab file.
    public var key: String {
        switch self {
        case .http: "http"
        case .stream: "stream"
        case .tcp: "tcp"
        case .udp: "udp"
        case .ping: "ping"
        case .dns: "dns"
        case .aptFetch: "apt-fetch"
        case .scan: "scan"
        case .traceroute: "traceroute"
        case .addresses: "addresses"
        case .run: "run"
        case .bind: "bind"
        case .metadata: "metadata"
        case .tls: "tls"
        case .imagePull: "image-pull"
        case .logPush: "log-push"
        case .matrix: "matrix"
        case .bandwidth: "bandwidth"
        }
    }

    /// What can be expected of it, as a lab file spells it.
    public var expectationKeys: [String] {
        let delivery = ["succeeds", "seen-from", "silent", "stopped-by", "never-reaches", "nat-bytes"]
        return switch self {
        case .http: delivery + ["status", "value", "served-by", "prints"]
        case .run:
            [
                "succeeds", "prints", "status", "attempts", "seen-from", "flows", "stopped-by", "never-reaches",
                "nat-bytes",
            ]
        case .stream, .tcp, .udp, .ping, .aptFetch, .bandwidth: delivery
        case .tls: delivery + ["prints"]
        case .imagePull: delivery + ["flows"]
        case .logPush: delivery + ["reset"]
        case .matrix: ["open", "as-predicted", "never-reaches"]
        case .dns: delivery + ["value"]
        case .scan: ["open", "silent", "stopped-by", "never-reaches"]
        case .traceroute: ["succeeds", "hops", "stopped-by", "never-reaches"]
        case .addresses: ["only-private"]
        case .bind: ["succeeds", "prints"]
        case .metadata: ["succeeds", "status", "value"]
        }
    }
}

extension Expectation {
    /// What is set, as a lab file spells it.
    public var keys: [String] {
        [
            ("succeeds", succeeds != nil), ("seen-from", seenFrom != nil), ("open", open != nil),
            ("silent", silent != nil), ("stopped-by", stoppedBy != nil), ("never-reaches", !neverReaches.isEmpty),
            ("hops", hops != nil), ("served-by", !servedBy.isEmpty), ("prints", prints != nil),
            ("status", status != nil), ("value", value != nil),
            ("only-private", onlyPrivate != nil), ("flows", flows != nil), ("reset", reset != nil),
            ("as-predicted", asPredicted != nil), ("nat-bytes", natBytes != nil), ("attempts", attempts != nil),
        ].compactMap { $0.1 ? $0.0 : nil }
    }

    /// Whether it claims that packets do not arrive, which silence alone cannot prove: such a check needs a control.
    public var isNegative: Bool {
        succeeds == false || open?.isEmpty == true || silent == true || stoppedBy != nil || !neverReaches.isEmpty
            || natBytes == 0
            || attempts == 0
    }
}
