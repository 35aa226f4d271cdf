public import CloudModel
import IPAddressing
import Nftables
import Probes

/// What came of all checks.
public struct Report: Encodable, Sendable {
    public let lab: String
    public let title: String
    public let checks: [CheckResult]
    public let seconds: Double
    /// What goes faster here than on AWS.
    public private(set) var shortenedTimers: [ShortenedTimer] = []

    /// Every check passed, and there was at least one.
    public var passed: Bool { !checks.isEmpty && checks.allSatisfy { $0.verdict == .pass } }

    public func count(_ verdict: Verdict) -> Int { checks.count { $0.verdict == verdict } }
}

/// How a check came out.
public enum Verdict: String, Encodable, Sendable {
    case pass
    /// What was claimed is not so.
    case fail
    /// It cannot be told: a probe could not be made, or the control did not come out.
    case error
}

/// One check with all its evidence.
public struct CheckResult: Encodable, Sendable {
    public let claim: String
    public let source: String
    public let says: String
    /// What had failed while it was tried: `zone a`.
    public let outage: [String]
    public let verdict: Verdict
    /// Why it did not pass; empty when it did.
    public let reason: String
    public let seconds: Double
    public let trials: [TrialResult]
    public let controlSays: String?
    public let control: [TrialResult]

    init(_ check: Check, trials: [TrialResult], control: [TrialResult]) {
        claim = check.claim
        source = check.source
        says = check.says
        outage = check.outage.map(\.description)
        self.trials = trials
        controlSays = check.control?.says
        self.control = control
        seconds = (trials + control).map(\.seconds).max() ?? 0
        (verdict, reason) = Self.judge(trials, control, needsControl: check.control != nil)
    }

    /// A claim fails on its own evidence; but it passes only if its control came out too, for else the probe could
    /// not have told.
    private static func judge(
        _ trials: [TrialResult], _ control: [TrialResult], needsControl: Bool
    ) -> (Verdict, String) {
        if trials.isEmpty { return (.error, "nothing was tried") }
        if let bad = trials.first(where: { !$0.failures.isEmpty }) {
            return (.fail, "\(bad.from): \(bad.failures.joined(separator: "; "))")
        }
        if let broken = trials.first(where: { $0.error != nil }) {
            return (.error, "\(broken.from): \(broken.error ?? "")")
        }
        if needsControl && control.isEmpty { return (.error, "the control was not tried") }
        if let broken = control.first(where: { $0.error != nil }) {
            return (.error, "control, \(broken.from): \(broken.error ?? "")")
        }
        if let bad = control.first(where: { !$0.failures.isEmpty }) {
            return (.error, "the control did not come out: \(bad.from): \(bad.failures.joined(separator: "; "))")
        }
        return (.pass, "")
    }
}

/// One sender's part in a check.
public struct TrialResult: Encodable, Sendable {
    public let from: String
    /// `http echo.example:80/`.
    public let probe: String
    /// What the sender saw.
    public let sender: String
    /// The addresses on the way, before and after each translation.
    public let path: [String]
    /// What the other end, the NAT gateway or the dropping rule saw, as far as it was expected and so.
    public let findings: [String]
    /// What was expected and is not so.
    public let failures: [String]
    /// Why the probe could not be made.
    public let error: String?
    public let seconds: Double

    init(_ evidence: Evidence, findings: [Finding], places: Places) {
        from = evidence.trial.sender
        probe = evidence.trial.probe.text
        sender = evidence.observation?.saw ?? ""
        path = evidence.path(places)
        self.findings = findings.filter(\.holds).map(\.text)
        // Nothing to judge by is not a pass.
        let isEmpty = findings.isEmpty && evidence.error == nil
        failures = isEmpty ? ["nothing was expected of it"] : findings.filter { !$0.holds }.map(\.text)
        error = evidence.error
        seconds = evidence.duration.seconds
    }
}

extension Evidence {
    /// `app 10.0.1.10:43122 → nat-a 10.0.0.5:1025 → igw 203.0.113.11:1025 → mirror 198.51.100.10:80`.
    func path(_ places: Places) -> [String] {
        guard let observation, let local = observation.local, let target = observation.target, observation.succeeded
        else { return [] }
        var steps = [Self.step(trial.sender, local)]
        var source = local
        for (node, flow) in translations {
            source = SocketAddress(address: flow.translatedSource.address, port: flow.translatedSource.port)
            steps.append(Self.step(node, source))
        }
        if let vpc = places.vpc(of: trial.sender), places.isOnInternet(target.address),
            let gateway = vpc.internetGateway, let name = places.node(at: source.address),
            let address = places.publicAddress(of: name)
        {
            source = SocketAddress(address: address, port: source.port)
            steps.append(Self.step(gateway.name, source))
        }
        steps.append(Self.step(places.node(at: target.address) ?? "", target))
        return steps
    }

    private static func step(_ name: String, _ end: SocketAddress) -> String {
        "\(name) \(end.address)\(end.port == 0 ? "" : ":\(end.port)")".trimmed
    }
}

extension Probe {
    /// The probe as a lab file says it, on one line.
    var text: String {
        switch self {
        case .http(let to, let path): "http \(to)\(path)"
        case .stream(let to): "stream \(to)"
        case .tcp(let to): "tcp \(to)"
        case .udp(let to): "udp \(to)"
        case .ping(let to): "ping \(to)"
        case .dns(let name, let server): "dns \(name)" + (server.map { " @\($0)" } ?? "")
        case .aptFetch(let from, let package, let times):
            "apt-fetch \(package) from \(from)" + (times > 1 ? " ×\(times)" : "")
        case .scan(let targets): "scan \(targets.flatMap(\.hosts).joined(separator: ", "))"
        case .traceroute(let to): "traceroute \(to)"
        case .addresses: "addresses"
        case .metadata(let item): "metadata \(item)"
        case .run(let command, let towards):
            "run \(command.joined(separator: " "))" + (towards.map { " towards \($0)" } ?? "")
        case .tls(let to): "tls \(to)"
        case .imagePull(let from, let image): "image-pull \(image) from \(from)"
        case .logPush(let to, let silence): "log-push to \(to), \(silence) s of silence, again"
        case .matrix(let names): "matrix \(names.isEmpty ? "of all" : names.joined(separator: ", "))"
        case .bandwidth(let to, let other): "bandwidth to \(to), against \(other)"
        }
    }
}

/// How a report is written.
public enum ReportFormat: String, CaseIterable, Sendable {
    case text, json, junit, tap
}

extension Report {
    /// - Parameter color: ANSI colours, for the text format only.
    public func rendered(as format: ReportFormat, color: Bool = false) throws -> String {
        switch format {
        case .text: TextReport(self, color: color).text
        case .json: try JSONReport(self).text
        case .junit: JUnitReport(self).text
        case .tap: TAPReport(self).text
        }
    }
}
