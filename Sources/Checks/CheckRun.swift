import CloudModel
import LabPlan
public import LabRunner
import LinuxSystem
import Nftables
import Probes

/// Runs the checks of a running lab, as many at once as do not disturb each other.
///
/// Two phases. In the first go all probes that expect an answer, and those that name the rule that must stop them:
/// that rule's counter is then theirs alone, and must account for every packet they sent. In the second go the sweeps,
/// which move counters all over the lab.
public struct CheckRun: Sendable {
    private let lab: RunningLab
    private let checks: [Check]

    /// - Parameter only: Claims such as `C3`; all of them when empty.
    public init(lab: RunningLab, only: [String]) {
        self.lab = lab
        checks = only.isEmpty ? lab.lab.checks : lab.lab.checks.filter { only.contains($0.claim) }
    }

    /// How many checks it will run.
    public var count: Int { checks.count }
    public var labName: String { lab.name }

    /// Sends every probe and judges what came of it.
    ///
    /// - Throws: When the lab itself cannot be read, or on Ctrl-C; a probe that cannot be made only spoils its check.
    public func run() throws -> Report {
        let start = ContinuousClock.now
        let places = Places(lab: lab)
        let trials = checks.flatMap { $0.trials + $0.controlTrials }
        var judged: [Trial: TrialResult] = [:]
        for phase in [trials.filter { !$0.isSweep }, trials.filter(\.isSweep)] {
            try Interruption.check()
            for (trial, result) in try Phase(Array(Set(phase)).sorted(), places: places).run() {
                judged[trial] = result
            }
        }
        try Interruption.check()
        let results = checks.map { check in
            CheckResult(
                check, trials: check.trials.compactMap { judged[$0] },
                control: check.controlTrials.compactMap { judged[$0] })
        }
        return Report(
            lab: lab.name, title: lab.lab.title, checks: results, seconds: (ContinuousClock.now - start).seconds)
    }
}

/// Trials that run at the same time, with one reading of all counters before and one after.
struct Phase {
    private let trials: [Trial]
    private let places: Places

    init(_ trials: [Trial], places: Places) {
        self.trials = trials
        self.places = places
    }

    func run() throws -> [(Trial, TrialResult)] {
        guard !trials.isEmpty else { return [] }
        let places = places
        let vantages = inParallel(
            trials.map { trial in { @Sendable in try Vantage(trial, places) } }, threads: 8)
        defer { Witness.close(all: vantages.flatMap { (try? $0.get())?.all ?? [] }) }
        var ledger = try Ledger(places.lab)
        // Scans want a processor, the others mostly wait: start the scans first.
        let order = trials.indices.sorted { trials[$0].isScan && !trials[$1].isScan }
        let jobs = order.map { index -> @Sendable () throws -> (Observation, Duration) in
            let trial = trials[index]
            return {
                let start = ContinuousClock.now
                return (try trial.observe(places), ContinuousClock.now - start)
            }
        }
        let outcomes = Dictionary(uniqueKeysWithValues: zip(order, inParallel(jobs, threads: 32)))
        try ledger.close(places.lab)
        let flows = try natFlows()
        let evidence = trials.indices.map { index -> Evidence in
            let outcome = outcomes[index] ?? .failure(Places.Unknown(description: "it was never tried"))
            let result = Result { try (vantages[index].get(), outcome.get()).1.0 }
            return Evidence(
                trials[index], result, vantage: try? vantages[index].get(),
                duration: (try? outcome.get().1) ?? .zero, natFlows: flows)
        }
        let judge = Judge(places: places, ledger: ledger, claimed: Self.claims(evidence))
        return evidence.map { ($0.trial, TrialResult($0, findings: judge.findings($0), places: places)) }
    }

    private func natFlows() throws -> [(node: String, flows: [TrackedFlow])] {
        // The kernel looks through its whole table, for all namespaces, to list the flows of one: some milliseconds.
        let gateways = places.lab.nodes.filter { $0.plan.remembersTranslations }
        let lists = inParallel(gateways.map { node in { @Sendable in try node.trackedFlows() } }, threads: 4)
        return try zip(gateways, lists).map { ($0.plan.name, try $1.get()) }
    }

    /// How many packets the trials that name a rule say they sent to it.
    private static func claims(_ evidence: [Evidence]) -> [String: Int] {
        var claims: [String: Int] = [:]
        for item in evidence {
            if let owner = item.trial.expect.stoppedBy { claims[owner, default: 0] += item.sent }
        }
        return claims
    }
}

extension Check {
    /// One for each sender.
    var trials: [Trial] { from.map { Trial(sender: $0, probe: probe, expect: expect) } }

    var controlTrials: [Trial] {
        guard let control else { return [] }
        return control.from.map { Trial(sender: $0, probe: control.probe, expect: control.expect) }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
