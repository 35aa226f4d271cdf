import ArgumentParser
import Checks
import CloudModel
import Glibc
import LabRunner
import LinuxSystem

/// `netlab test --all`: many labs side by side, each under a name of its own.
struct TestAll {
    private let labs: [String]
    private let jobs: Int
    private let options: CheckChoice

    /// - Parameter jobs: labs at a time; `nil` is four a processor, for a lab mostly waits.
    init(_ labs: [String], jobs: Int?, _ options: CheckChoice) {
        self.labs = labs
        self.jobs = jobs ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) * 4
        self.options = options
    }

    /// Runs, reports, and throws the exit status unless everything passed.
    func run() throws {
        guard !labs.isEmpty else {
            throw LabRunnerError(
                .input, "there is no lab to test", hint: "run it where labs/ is, or set NETLAB_SHARE")
        }
        Interruption.hold()
        if Output.isWatched { Output.note("testing \(labs.count) labs, \(min(jobs, labs.count)) at a time…") }
        let start = ContinuousClock.now
        let tests = labs.map { lab in { @Sendable in test(lab) } }
        let results = try inParallel(tests, threads: jobs, name: "netlab-test").map { try $0.get() }
        try Interruption.check()
        let catalogue = CatalogueReport(labs: results, seconds: (ContinuousClock.now - start).seconds)
        try show(catalogue)
        if catalogue.status != 0 { throw ExitCode(catalogue.status) }
    }

    private func show(_ catalogue: CatalogueReport) throws {
        let text = try options.format == .json ? Output.text(catalogue) : catalogue.text
        if let file = options.output { try Output.write(text, toFile: file) } else { Output.say(text) }
    }

    /// Up, check, down. Nothing is thrown: what went wrong is the lab's result.
    private func test(_ lab: String) -> CatalogueReport.Entry {
        let start = ContinuousClock.now
        var report: Report?
        var problem: CatalogueReport.Problem?
        do {
            report = try tested(lab)
        } catch let error as LabRunnerError {
            problem = .init(text: error.description, status: error.kind.exitCode)
        } catch let error as ExitCode {
            problem = .init(text: "its file has errors; netlab validate names them", status: error.rawValue)
        } catch {
            problem = .init(text: "\(error)", status: 3)
        }
        return CatalogueReport.Entry(
            lab: lab, report: report, problem: problem, seconds: (ContinuousClock.now - start).seconds)
    }

    private func tested(_ lab: String) throws -> Report? {
        try Interruption.check()
        let source = try LabSource.read(lab)
        let claims = Set(source.lab.checks.map(\.claim))
        if !options.only.isEmpty, claims.isDisjoint(with: options.only) { return nil }
        let name = try LabName.valid(String("all-\(source.lab.name)".prefix(40)))
        guard !StateFolder(name).exists else {
            throw LabRunnerError(.input, "a lab \(name) is up already", hint: "netlab down \(name)")
        }
        let running = try LabUp(source.lab, name: name, labText: source.text, settings: Share.settings).run()
        let outcome = Result { try CheckRun(lab: running, only: options.only).run() }
        _ = try LabDown(name).run()
        return try outcome.get()
    }
}
