import CloudModel
import LabPlan
public import LabRunner
import LinuxSystem
import Nftables
import Probes

/// Runs the checks of a running lab, as many at once as do not disturb each other.
///
/// Checks of a whole lab first, then those of each outage, and after each the lab is healed.
/// Two phases each time, and one for each measurement. In the first go all probes that expect an answer, and those that
/// name the rule that must stop them: that rule's counter is then theirs alone, and must account for every packet they
/// sent. In the second go the sweeps, which move counters all over the lab.
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
        let whole = checks.flatMap(\.wholeTrials)
        var judged = try phases(of: checks.flatMap { $0.trials + $0.controlTrials }.filter(\.outage.isEmpty), on: lab)
        let failing = checks.flatMap { $0.trials + $0.controlTrials }.filter { !$0.outage.isEmpty }
        for (outage, trials) in Dictionary(grouping: failing, by: \.outage).sorted(by: { "\($0.key)" < "\($1.key)" }) {
            let streams = open(Set(trials.filter(\.isStream)))
            judged.merge(
                try LabOutages(lab.name).during(outage) { try phases(of: trials, on: $0, streams: streams) }
            ) { $1 }
        }
        // Healed: what works without the outage works again.
        let healed = try phases(of: whole, on: lab)
        let results = checks.map { check in
            CheckResult(
                check, trials: check.trials.compactMap { judged[$0] },
                control: check.controlTrials.compactMap { judged[$0] } + check.wholeTrials.compactMap { healed[$0] })
        }
        return Report(
            lab: lab.name, title: lab.lab.title, checks: results, seconds: (ContinuousClock.now - start).seconds,
            shortenedTimers: lab.lab.shortenedTimers)
    }

    /// First those whose counters are theirs alone, then the sweeps.
    private func phases(
        of trials: [Trial], on lab: RunningLab, streams: [Trial: Result<OpenStream, any Error>] = [:]
    ) throws -> [Trial: TrialResult] {
        let places = Places(lab: lab)
        var judged: [Trial: TrialResult] = [:]
        let quiet = Set(trials.filter(\.wantsQuiet)).sorted().map { [$0] }
        let loud = trials.filter { !$0.wantsQuiet }
        for phase in [loud.filter { !$0.isSweep }, loud.filter(\.isSweep)] + quiet {
            try Interruption.check()
            for (trial, result) in try Phase(Array(Set(phase)).sorted(), places: places, streams: streams).run() {
                judged[trial] = result
            }
        }
        try Interruption.check()
        return judged
    }

    /// Before an outage begins.
    private func open(_ trials: Set<Trial>) -> [Trial: Result<OpenStream, any Error>] {
        let places = Places(lab: lab)
        let trials = trials.sorted()
        return Dictionary(
            uniqueKeysWithValues: zip(
                trials, inParallel(trials.map { trial in { @Sendable in try OpenStream(trial, places) } }, threads: 8)))
    }
}

/// Trials that run at the same time, with one reading of all counters before and one after.
struct Phase {
    private let trials: [Trial]
    private let places: Places
    private let streams: [Trial: Result<OpenStream, any Error>]

    init(_ trials: [Trial], places: Places, streams: [Trial: Result<OpenStream, any Error>] = [:]) {
        self.trials = trials
        self.places = places
        self.streams = streams
    }

    func run() throws -> [(Trial, TrialResult)] {
        guard !trials.isEmpty else { return [] }
        let places = places
        let vantages = inParallel(
            trials.map { trial in
                let stream = streams[trial]
                return { @Sendable in try Vantage(trial, places, stream: try? stream?.get()) }
            }, threads: 8)
        defer { Witness.close(all: vantages.flatMap { (try? $0.get())?.all ?? [] }) }
        var ledger = try Ledger(places.lab)
        let metered = trials.contains { $0.expect.natBytes != nil }
        let before = metered ? try NATMeter.read(places.lab) : [:]
        // Scans want a processor, the others mostly wait: start the scans first.
        let order = trials.indices.sorted { trials[$0].isScan && !trials[$1].isScan }
        let jobs = order.map { index -> @Sendable () throws -> (Observation, Duration) in
            let trial = trials[index]
            let stream = streams[trial]
            return {
                let start = ContinuousClock.now
                return (try trial.observe(places, stream: stream?.get()), ContinuousClock.now - start)
            }
        }
        let outcomes = Dictionary(uniqueKeysWithValues: zip(order, inParallel(jobs, threads: 32)))
        let processed = metered ? try NATMeter.read(places.lab).merging(before) { $0 - min($0, $1) } : [:]
        let flows = try places.lab.translatingFlows()
        let evidence = trials.indices.map { index -> Evidence in
            let outcome = outcomes[index] ?? .failure(Places.Unknown(description: "it was never tried"))
            let result = Result { try (vantages[index].get(), outcome.get()).1.0 }
            return Evidence(
                trials[index], result, vantage: try? vantages[index].get(),
                duration: (try? outcome.get().1) ?? .zero, natFlows: flows
            ).with(natBytes: processed)
        }
        // After the captures are read: a stream may send once more, and what it sent must be counted, too.
        try ledger.close(places.lab)
        let judge = Judge(places: places, ledger: ledger, claimed: Self.claims(evidence))
        return evidence.map { ($0.trial, TrialResult($0, findings: judge.findings($0), places: places)) }
    }

    /// How many packets the trials that name a rule say they sent to it.
    private static func claims(_ evidence: [Evidence]) -> [String: Int] {
        var claims: [String: Int] = [:]
        for item in evidence {
            if let owner = item.trial.expect.stoppedBy { claims[owner, default: 0] += item.stopped }
        }
        return claims
    }
}

extension Check {
    /// One for each sender.
    var trials: [Trial] { from.map { Trial(sender: $0, probe: probe, outage: outage, expect: expect) } }

    var controlTrials: [Trial] {
        guard let control else { return [] }
        return control.from.map {
            Trial(sender: $0, probe: control.probe, outage: control.outage, expect: control.expect)
        }
    }

    /// Those of a control without an outage, where the check has one: to be tried once more when it is over.
    var wholeTrials: [Trial] { outage.isEmpty ? [] : controlTrials.filter(\.outage.isEmpty) }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
