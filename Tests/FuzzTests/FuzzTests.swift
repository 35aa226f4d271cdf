import Foundation
import Fuzzing
import Testing

/// Every parser, a few thousand inputs each, always the same ones; and all inputs that ever failed.
///
/// `FUZZ_SECONDS=60 swift test --filter FuzzTests` goes on that long per parser, from a new seed each time, and with
/// `FUZZ_TARGET=aws-import` for that one alone.
@Suite("Fuzzing", .serialized)
struct FuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap(Double.init) ?? 0
    private static let names: [String] = {
        let wanted = ProcessInfo.processInfo.environment["FUZZ_TARGET"]
        return FuzzTarget.all.map(\.name).filter { wanted == nil || $0 == wanted }
    }()
    private static let seed = seconds > 0 ? UInt64.random(in: 0...UInt64.max) : 20_261_121
    /// A lab file takes a hundred times as long as a packet.
    private static func executions(_ target: FuzzTarget) -> Int {
        target.form == .yaml || target.form == .json ? 1000 : 3000
    }

    @Test("no crash, no hang, no broken promise", arguments: names)
    func survives(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let fuzzer = Fuzzer(target, corpus: try Corpus.inputs(of: name))
        let report = try fuzzer.run(
            seed: Self.seed, executions: Self.executions(target), until: .now + .seconds(Self.seconds))
        #expect(report.executions >= Self.executions(target))
        // Inputs that all fail the same first check try nothing.
        #expect(report.outcomes > 1)
        print("fuzz \(name): \(report.executions) executions, \(report.outcomes) outcomes, seed \(Self.seed)")
    }

    @Test("a target that crashes is found: the engine itself")
    func finds() {
        let target = FuzzTarget(name: "self", form: .text, seeds: { [Array("Length: 5".utf8)] }) { bytes in
            if bytes.starts(with: "Length: ".utf8), bytes.dropFirst(8).first == 0xff { throw Broken() }
            return UInt64(bytes.count / 16)
        }
        #expect(throws: Fuzzer.Failure.self) { try Fuzzer(target).run(seed: 1, executions: 200_000) }
    }

    private struct Broken: Error {}

    @Test("the same seed tries the same inputs")
    func repeats() throws {
        let target = try #require(FuzzTarget.all.first { $0.name == "addresses" })
        var (first, second) = (Mutator(target, seed: 5), Mutator(target, seed: 5))
        for _ in 0..<100 {
            let input = Array("10.0.0.0/16".utf8)
            #expect(first.mutate(input, with: input) == second.mutate(input, with: input))
        }
    }
}

/// Inputs that made a parser fail once: `Corpus/TARGET/NAME`.
enum Corpus {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    static func inputs(of target: String) throws -> [[UInt8]] {
        let folder = folder.appending(path: target)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            Array(try Data(contentsOf: folder.appending(path: $0)))
        }
    }
}
