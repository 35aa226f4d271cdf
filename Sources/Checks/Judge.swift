import CloudModel
import IPAddressing
import LabRunner
import Nftables
import Probes

/// Compares evidence with what was expected, point by point.
struct Judge: Sendable {
    let places: Places
    let ledger: Ledger
    /// For each owner that trials of this phase name: how many packets those trials sent in all.
    let claimed: [String: Int]

    func findings(_ evidence: Evidence) -> [Finding] {
        guard let observation = evidence.observation else { return [] }
        let expect = evidence.trial.expect
        var findings: [Finding] = []
        if let succeeds = expect.succeeds {
            findings.append(Finding(observation.succeeded == succeeds, succeeds ? "answered" : "not answered"))
        }
        if let status = expect.status {
            findings.append(
                Finding(observation.status == status, "status \(observation.status.map(String.init) ?? "none")"))
        }
        if let value = expect.value {
            let got = observation.values.isEmpty ? "nothing" : observation.values.joined(separator: ", ")
            findings.append(Finding(observation.values.contains(value), "value \(got)"))
        }
        if !expect.servedBy.isEmpty {
            let server = observation.server ?? "nobody"
            findings.append(Finding(expect.servedBy.contains(server), "served by \(server)"))
        }
        if let text = expect.prints {
            let isThere = observation.text.contains(text)
            findings.append(Finding(isThere, isThere ? "it says \"\(text)\"" : "it does not say \"\(text)\""))
        }
        if let attempts = expect.attempts {
            let found = observation.attempts ?? 0
            findings.append(
                Finding(
                    observation.attempts == attempts,
                    "the sshd of \(evidence.receiver ?? "nobody") logged \(found) wrong passwords"))
        }
        if let name = expect.seenFrom { findings.append(seenFrom(name, evidence, observation)) }
        if expect.seenFrom != nil, let finding = receiverAgrees(evidence, observation) { findings.append(finding) }
        if let open = expect.open { findings.append(self.open(open, evidence, observation)) }
        if let silent = expect.silent {
            findings.append(
                Finding(
                    observation.isSilent == silent, observation.isSilent ? "nothing came back" : "something came back"))
        }
        if let owner = expect.stoppedBy { findings += stoppedBy(owner, evidence) }
        if !expect.neverReaches.isEmpty { findings.append(neverReaches(evidence)) }
        if let hops = expect.hops { findings.append(self.hops(hops, observation)) }
        if let wanted = expect.flows { findings.append(flows(wanted, evidence)) }
        if let reset = expect.reset { findings.append(self.reset(reset, evidence, observation)) }
        if let wanted = expect.asPredicted { findings.append(asPredicted(wanted, observation)) }
        if let wanted = expect.natBytes { findings.append(natBytes(wanted, evidence)) }
        if let onlyPrivate = expect.onlyPrivate { findings.append(self.onlyPrivate(onlyPrivate, observation)) }
        if evidence.captureLost > 0 {
            findings.append(Finding(false, "the capture lost \(evidence.captureLost) packets and proves nothing"))
        }
        return findings
    }

    private func seenFrom(_ name: String, _ evidence: Evidence, _ observation: Observation) -> Finding {
        // Behind a load balancer another node than the target answered; what it saw is what counts.
        let server = observation.server.flatMap { $0 == evidence.receiver ? nil : places.privateAddress(of: $0) }
        let place = server ?? observation.target?.address
        let wanted = IPv4Address(name) ?? places.visibleAddress(of: name, at: place)
        let sources = evidence.sources()
        guard !sources.isEmpty else { return Finding(false, "the other end saw no source at all") }
        return Finding(
            sources.allSatisfy { $0.address == wanted },
            "\(observation.server ?? evidence.receiver ?? "the other end") saw \(listed(sources))")
    }

    /// `nat-a 203.0.113.11:1025`, or `nat-a 203.0.113.11 (15 ports, 2294 to 65492)`.
    private func listed(_ sources: Set<SocketAddress>) -> String {
        let byAddress = Dictionary(grouping: sources, by: \.address).sorted { $0.key < $1.key }
        return byAddress.map { address, ends in
            let ports = ends.map(\.port).sorted()
            guard ports.count > 1, let first = ports.first, let last = ports.last else {
                return ends.map(places.named).joined()
            }
            let whole = SocketAddress(address: address, port: 0)
            return "\(places.named(whole)) (\(ports.count) ports, \(first) to \(last))"
        }.joined(separator: ", ")
    }

    /// What the server says must also have passed its interface: two tellings of one fact.
    private func receiverAgrees(_ evidence: Evidence, _ observation: Observation) -> Finding? {
        guard let receiver = evidence.receiver, observation.succeeded,
            observation.protocolNumber != ProtocolNumber.icmp, observation.server.map({ $0 == receiver }) ?? true
        else { return nil }
        let captured = Set(evidence.arrived.map(\.source))
        let missing = observation.seenFrom.filter { !captured.contains($0) }
        guard !missing.isEmpty else { return nil }
        return Finding(
            false,
            "\(receiver) reported \(missing.map(\.description).joined(separator: ", ")), its interface did not see it")
    }

    private func open(_ wanted: [Endpoint], _ evidence: Evidence, _ observation: Observation) -> Finding {
        let found = Set(observation.open ?? [])
        let expected = Set(
            wanted.compactMap { endpoint -> SocketAddress? in
                guard
                    let address = IPv4Address(endpoint.host)
                        ?? places.address(of: endpoint.host, from: evidence.trial.sender), let port = endpoint.port
                else { return nil }
                return SocketAddress(address: address, port: port)
            })
        let text = found.isEmpty ? "none" : found.sorted().prefix(10).map(places.named).joined(separator: ", ")
        return Finding(found == expected && expected.count == wanted.count, "open: \(text)")
    }

    /// The rule must have counted every packet that the trials naming it sent: a packet that died elsewhere, or got
    /// through, would be missing.
    private func stoppedBy(_ owner: String, _ evidence: Evidence) -> [Finding] {
        let counted = ledger.dropped(by: owner)
        let claimed = claimed[owner] ?? 0
        let rules = ledger.rules(of: owner).map { "\($0.owner) at \($0.node) counted \($0.packets)" }
        let text = rules.isEmpty ? "\(owner) counted nothing" : rules.joined(separator: "; ")
        var findings = [
            Finding(evidence.stopped > 0, "\(evidence.stopped) packets of \(evidence.trial.sender) went unanswered")
        ]
        // A closed port that says so was not stopped: its packet got through to somebody.
        if let refusals = evidence.observation?.refusals, refusals > 0 {
            findings.append(Finding(false, "\(refusals) packets were refused, not stopped in silence"))
        }
        let whose = claimed == evidence.stopped ? "" : " of \(claimed) sent by this and its fellow probes"
        findings.append(Finding(counted > 0 && counted >= UInt64(claimed), text + whose))
        return findings
    }

    private func neverReaches(_ evidence: Evidence) -> Finding {
        let names = evidence.trial.expect.neverReaches.joined(separator: ", ")
        guard let first = evidence.strays.first else { return Finding(true, "no packet of it at \(names)") }
        return Finding(
            false,
            "\(evidence.strays.count) packets reached \(Set(evidence.strays.map(\.node)).sorted().joined(separator: ", ")), "
                + "the first: \(first.sighting)")
    }

    private func hops(_ wanted: [String], _ observation: Observation) -> Finding {
        let found = observation.hops.map { $0.flatMap(places.node) ?? $0?.description ?? "*" }
        return Finding(found == wanted, "hops: \(found.joined(separator: ", "))")
    }

    private func flows(_ wanted: Int, _ evidence: Evidence) -> Finding {
        let ports = Set(evidence.sources().map(\.port))
        return Finding(
            ports.count >= wanted,
            "\(evidence.receiver ?? "the other end") saw \(ports.count) flows, each from a port of its own")
    }

    /// The sender's own interface must have seen the reset. Who sent it, the counter of `stopped-by` tells.
    private func reset(_ wanted: Bool, _ evidence: Evidence, _ observation: Observation) -> Finding {
        let isReset = observation.isReset == true && evidence.resets > 0
        return Finding(isReset == wanted, isReset ? "a reset came back" : "no reset came back")
    }

    private func asPredicted(_ wanted: Bool, _ observation: Observation) -> Finding {
        guard let disagreements = observation.disagreements else { return Finding(false, "nothing was predicted") }
        let text =
            disagreements.isEmpty
            ? "packets say what the analysis says" : disagreements.prefix(5).joined(separator: "; ")
        return Finding(disagreements.isEmpty == wanted, text)
    }

    private func natBytes(_ wanted: Int, _ evidence: Evidence) -> Finding {
        guard !evidence.natBytes.isEmpty, let words = try? NATMeter.words(evidence.natBytes) else {
            return Finding(false, "there is no NAT gateway to measure")
        }
        let sum = evidence.natBytes.values.reduce(0, +)
        return Finding(sum >= UInt64(wanted), words)
    }

    private func onlyPrivate(_ wanted: Bool, _ observation: Observation) -> Finding {
        let addresses = observation.addresses ?? []
        let isPrivate =
            !addresses.isEmpty
            && addresses.allSatisfy { address in
                places.lab.lab.vpcs.contains { $0.contains(address) }
            }
        // Of a node that carries none nothing can be said.
        return Finding(
            !addresses.isEmpty && isPrivate == wanted,
            "addresses: \(addresses.map(\.description).joined(separator: ", "))")
    }
}
