import IPAddressing

/// More probes than this in one scan is a mistake in the file, not a wish.
private let mostProbes = 10_000_000

extension Findings {
    /// Checks: known nodes, expectations that fit the probe, and a positive control for every negative claim.
    mutating func checkChecks() {
        for check in lab.checks {
            checkSenders(check.from, at: check.origin)
            checkOutage(check.outage, at: check.origin)
            checkProbe(check.probe, at: check.origin)
            checkExpectation(check.expect, of: check.probe, at: check.origin)
            guard let control = check.control else {
                if check.expect.isNegative {
                    error(
                        check.origin, "a negative check needs its positive control",
                        hint: "add `control:` with the same probe from a place where it must succeed", field: "expect")
                }
                continue
            }
            checkSenders(control.from, at: control.origin)
            if control.outage != check.outage { checkOutage(control.outage, at: control.origin) }
            if control.probe != check.probe { checkProbe(control.probe, at: control.origin) }
            checkExpectation(control.expect, of: control.probe, at: control.origin)
            if check.expect.isNegative, control.expect.isNegative {
                error(
                    control.origin, "the control of a negative check must be positive, and this one is negative too",
                    hint: "expect something that arrives: `succeeds: true`, or `open: [host:port]`", field: "expect")
            }
            if control.from == check.from, control.probe == check.probe, control.outage == check.outage {
                error(
                    control.origin, "the control does exactly what the check does",
                    hint: "change its `from`, its probe or its `outage`, so that the opposite must come out")
            }
        }
    }

    private mutating func checkOutage(_ outages: [Outage], at origin: Origin) {
        for outage in outages where !unreadable.contains(outage.name) {
            guard let objection = lab.objection(to: outage) else { continue }
            error(origin, objection, hint: "for example `outage: zone a`, or `outage: node app`", field: "outage")
        }
    }

    private mutating func checkSenders(_ names: [String], at origin: Origin, field: String = "from") {
        var seen: Set<String> = []
        for name in names {
            guard let node = nodes[name] else {
                unknown("node", name, among: senderNames, at: origin, field: field)
                continue
            }
            if !node.canSend {
                error(
                    origin, "`\(name)` is \(node.kind.indefinite), and no program runs there to send a probe",
                    hint: near(name, among: senderNames, listing: "probes start from"), field: field)
            } else if !seen.insert(name).inserted {
                error(origin, "`\(name)` is named twice in `\(field)`", hint: "remove one", field: field)
            }
        }
    }

    private mutating func checkProbe(_ probe: Probe, at origin: Origin) {
        let key = probe.key
        switch probe {
        case .http(let to, _), .stream(let to), .tcp(let to), .udp(let to), .ping(let to), .traceroute(let to),
            .aptFetch(let to, _, _), .tls(let to), .imagePull(let to, _), .logPush(let to, _):
            checkHost(to.host, at: origin, field: key)
        case .bandwidth(let to, let other):
            checkHost(to.host, at: origin, field: key)
            checkSenders([other], at: origin, field: key)
        case .matrix(let names):
            for name in names { checkHost(name, at: origin, field: key) }
        case .dns(let name, let server):
            if !dnsNames.contains(name), nodes[name] == nil {
                unknown("DNS name", name, among: listed(dnsNames), at: origin, field: key)
            }
            if let server { checkHost(server.host, at: origin, field: key) }
        case .scan(let targets):
            for target in targets { for host in target.hosts { checkHost(host, at: origin, field: key) } }
            let probes = targets.reduce(0) { $0 + $1.probeCount(limit: mostProbes) }
            if probes >= mostProbes {
                error(
                    origin, "this scan would send more than \(mostProbes) probes", hint: "scan fewer hosts or ports",
                    field: key)
            }
        case .run(_, let towards):
            if let towards { checkHost(towards.host, at: origin, field: key) }
        case .addresses, .bind, .metadata: break
        }
    }

    /// A host of a probe is an address, a block, a DNS name of the lab or a node that has an address.
    private mutating func checkHost(_ host: String, at origin: Origin, field: String) {
        if IPv4Address(host) != nil || CIDRBlock(host) != nil || dnsNames.contains(host) { return }
        guard let node = nodes[host] else {
            return unknown(
                "node or DNS name", host, among: targetNames, at: origin, field: field)
        }
        if !node.hasAddress {
            error(
                origin, "`\(host)` is \(node.kind.indefinite) and has no address to probe",
                hint: near(host, among: targetNames, listing: "these have one"), field: field)
        }
    }

    private mutating func checkExpectation(_ expect: Expectation, of probe: Probe, at origin: Origin) {
        let present = expect.keys
        if present.isEmpty {
            error(
                origin, "`expect` says nothing", hint: "for example `expect: { succeeds: true }`", field: "expect")
        }
        let fitting = probe.expectationKeys
        for key in present where !fitting.contains(key) {
            error(
                origin, "`\(key)` cannot be expected of the probe `\(probe.key)`",
                hint: "of `\(probe.key)` one can expect: \(fitting.joined(separator: ", "))", field: "expect")
        }
        if expect.succeeds == true, expect.silent == true || expect.stoppedBy != nil {
            error(
                origin, "`succeeds: true` contradicts the rest of `expect`",
                hint: "silent and stopped-by describe packets that get no answer", field: "expect")
        }
        if expect.reset == true, expect.stoppedBy == nil {
            error(
                origin, "`reset: true` does not say whose reset it is: the other end may send one as well",
                hint: "name the rule that sends it, for example `stopped-by: \"nat nat-a: unknown flow\"`",
                field: "expect")
        }
        if case .run(_, nil) = probe, expect.seenFrom != nil || expect.flows != nil {
            error(
                origin, "nobody knows where the packets of this program go",
                hint: "add `towards: HOST:PORT` to `run`, then `seen-from` and `flows` can be told", field: "run")
        }
        if let seen = expect.seenFrom, IPv4Address(seen) == nil { checkHost(seen, at: origin, field: "expect") }
        // The Internet itself is a router on the way, too.
        let hops = (expect.hops ?? []).filter { $0 != "internet" }
        for name in expect.neverReaches + hops + expect.servedBy where IPv4Address(name) == nil {
            if nodes[name] == nil { unknown("node", name, among: nodeNames, at: origin, field: "expect") }
        }
        for endpoint in expect.open ?? [] { checkHost(endpoint.host, at: origin, field: "expect") }
        if let owner = expect.stoppedBy { checkOwner(owner, at: origin) }
        if expect.attempts != nil, case .run(_, nil) = probe {
            error(
                origin, "`attempts` counts what the sshd at the other end logs, and this command names no other end",
                hint: "write `run: { command: …, towards: HOST:22 }`", field: "expect")
        }
    }

    /// The owner of a drop: `sg app ingress`, `acl strict egress rule 90`, `nat nat-a: …`, `rtb private-a: …`.
    private mutating func checkOwner(_ owner: String, at origin: Origin) {
        let words = owner.split(separator: " ").map { $0.hasSuffix(":") ? String($0.dropLast()) : String($0) }
        let kinds = [
            "outage", "sg", "acl", "igw", "nat", "rtb", "eni", "pcx", "tgw", "vgw", "vpce", "elb", "docker", "vpc",
        ]
        guard let kind = words.first, kinds.contains(kind) else {
            error(
                origin, "`stopped-by` names no component: `\(ObjectName.shown(owner))`",
                hint:
                    "it begins with sg, acl, igw, nat, rtb, eni, pcx, tgw, vgw, vpce, elb, docker, vpc or outage, for example `sg app ingress`",
                field: "expect")
            return
        }
        if kind == "outage", let outage = Outage(words.dropFirst().joined(separator: " ")) {
            return checkOutage([outage], at: origin)
        }
        guard words.count > 1, kind != "igw", kind != "vpc", kind != "outage" else { return }
        for name in words[1].split(separator: "+").map(String.init) {
            switch kind {
            case "sg" where !groupNames.contains(name):
                unknown("security group", name, among: listed(groupNames), at: origin, field: "expect")
            case "rtb" where !tableNames.contains(name.withoutTablePrefix):
                unknown("route table", name, among: listed(tableNames), at: origin, field: "expect")
            case "nat" where nodes[name]?.kind != .natGateway:
                unknown("NAT gateway", name, among: names(of: .natGateway), at: origin, field: "expect")
            case "eni" where ![.instance, .task].contains(nodes[name]?.kind):
                unknown("instance", name, among: names(of: .instance), at: origin, field: "expect")
            case "docker" where nodes[name]?.kind != .instance:
                unknown("instance", name, among: names(of: .instance), at: origin, field: "expect")
            case "acl" where !listNames.contains(name):
                unknown("network ACL", name, among: listed(listNames), at: origin, field: "expect")
            case "pcx" where nodes[name]?.kind != .peering:
                unknown("peering connection", name, among: names(of: .peering), at: origin, field: "expect")
            case "tgw" where nodes[name]?.kind != .transitGateway:
                unknown("transit gateway", name, among: names(of: .transitGateway), at: origin, field: "expect")
            case "vgw" where !lab.vpcs.contains { $0.virtualPrivateGateway?.name == name }:
                unknown(
                    "virtual private gateway", name, among: lab.vpcs.compactMap(\.virtualPrivateGateway?.name),
                    at: origin, field: "expect")
            case "elb" where nodes[name]?.kind != .loadBalancer:
                unknown("load balancer", name, among: names(of: .loadBalancer), at: origin, field: "expect")
            case "vpce" where nodes[name]?.kind != .endpoint && !lab.vpcs.contains { $0.endpoint(name) != nil }:
                unknown("endpoint", name, among: names(of: .endpoint), at: origin, field: "expect")
            default: break
            }
        }
    }
}

extension ScanTarget {
    /// How many packets it asks for, counted up to the limit.
    fileprivate func probeCount(limit: Int) -> Int {
        let ports = tcp.reduce(0) { $0 + $1.count } + udp.reduce(0) { $0 + $1.count } + (ping ? 1 : 0)
        var total = 0
        for host in hosts {
            total += ports * (CIDRBlock(host)?.count ?? 1)
            if total >= limit { return limit }
        }
        return total
    }
}
