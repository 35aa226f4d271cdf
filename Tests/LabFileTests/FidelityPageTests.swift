import CloudModel
import Foundation
import LabFile
import Testing

/// `docs/fidelity.md` says what of AWS is reproduced; here it is held to its word.
@Suite("The page of truth")
struct FidelityPageTests {
    /// One line of a table: its cells, the verdict before the last, the proof last.
    private struct Line: CustomStringConvertible {
        let section: String
        let cells: [String]

        var verdict: String { cells.dropLast().last ?? "" }
        var last: String { cells.last ?? "" }
        /// What stands between backticks in the last cell.
        var proofs: [String] {
            last.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap {
                $0.offset % 2 == 1 ? String($0.element) : nil
            }
        }
        var description: String { "\(section): \(cells.joined(separator: " | "))" }
    }

    private static let claims = "The claims of the two documents"
    private static let traps = "The traps of naive Linux"

    private let lines: [Line]

    init() throws { lines = Self.lines(of: try Fixtures.text("docs/fidelity.md")) }

    private static func lines(of page: String) -> [Line] {
        var lines: [Line] = []
        var section = ""
        var isHead = true
        for text in page.split(separator: "\n") {
            if text.hasPrefix("#") {
                section = String(text.drop { $0 == "#" || $0 == " " })
                isHead = true
            } else if text.hasPrefix("|---") {
                isHead = false
            } else if text.hasPrefix("|"), !isHead {
                let cells = text.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                lines.append(Line(section: section, cells: cells.map { $0.trimmingCharacters(in: .whitespaces) }))
            }
        }
        return lines
    }

    @Test("every line has a verdict, and what the verdict asks for")
    func verdicts() {
        #expect(lines.count > 200)
        for line in lines {
            switch line.verdict {
            case "reproduced", "shown", "refuted": #expect(!line.proofs.isEmpty, "no proof: \(line)")
            case "deliberately different", "missing":
                // A reason is more than a name.
                #expect(line.last.split(separator: " ").count >= 3, "no reason: \(line)")
            default: Issue.record("no verdict: \(line)")
            }
            let ofClaims: Set = ["shown", "refuted", "missing"]
            let ofFacts: Set = ["reproduced", "deliberately different", "missing"]
            #expect((line.section == Self.claims ? ofClaims : ofFacts).contains(line.verdict), "\(line)")
        }
    }

    @Test("what is named as a proof exists: a test, a check of a lab, a file that is refused")
    func proofs() throws {
        let tests = try Self.tests()
        #expect(tests.count > 400)
        for line in lines {
            for proof in line.proofs where !isThere(proof, tests) && !proof.hasPrefix("netlab ") {
                Issue.record("there is no \(proof): \(line)")
            }
        }
    }

    @Test("all 30 traps and all 37 claims have their line, in order")
    func complete() {
        #expect(lines.filter { $0.section == Self.traps }.map { $0.cells.first } == (1...30).map { "\($0)" })
        #expect(lines.filter { $0.section == Self.claims }.map { $0.cells.first } == (1...37).map { "C\($0)" })
    }

    @Test("a claim that a lab shows is proved by a check of that very claim")
    func claimsByTheirChecks() {
        for line in lines where line.section == Self.claims {
            for proof in line.proofs where proof.contains(" ") {
                #expect(proof.hasSuffix(" \(line.cells[0])"), "\(line)")
            }
        }
    }

    @Test(
        "a name that does not exist is noticed",
        arguments: ["PathTests.nothing", "private-nat C99", "no-lab C1", "BadLabs/none"])
    func negative(proof: String) throws { #expect(!isThere(proof, try Self.tests())) }

    private func isThere(_ proof: String, _ tests: Set<String>) -> Bool {
        if let file = proof.wholeRest(after: "BadLabs/") { return Fixtures.badNames.contains(file) }
        let words = proof.split(separator: " ").map(String.init)
        return words.count == 2 ? Self.checks[words[0]]?.contains(words[1]) == true : tests.contains(proof)
    }

    /// The claims that checks of each lab bear: those we ship, and those of one noun, which a root test runs.
    private static let checks: [String: Set<String>] = {
        let files =
            Fixtures.shippedLabs.map { "labs/\($0)" } + Fixtures.goodLabs.map { "Tests/Fixtures/GoodLabs/\($0)" }
        var checks: [String: Set<String>] = [:]
        for file in files {
            guard let text = try? Fixtures.text(file), let lab = LabFile.read(text, file: file).lab else { continue }
            checks[lab.name] = Set(lab.checks.map(\.claim))
        }
        return checks
    }()

    /// Every test of `Tests/` as `Suite.function`.
    private static func tests() throws -> Set<String> {
        let folder = Fixtures.root.appending(path: "Tests")
        var tests: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift") {
            tests.formUnion(Self.tests(in: try Fixtures.text("Tests/\(path)")))
        }
        return tests
    }

    /// By the indentation that our formatter sees to: a function belongs to the nearest type that stands further left.
    private static func tests(in source: String) -> Set<String> {
        var types: [(indentation: Int, name: String)] = []
        var tests: Set<String> = []
        var isTest = false
        for line in source.split(separator: "\n") {
            let indentation = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indentation)
            if text.hasPrefix("//") { continue }
            if text.contains("@Test") { isTest = true }
            if isTest, let name = text.identifier(after: "func ") {
                let home = types.last { $0.indentation < indentation }
                tests.insert("\(home?.name ?? "").\(name)")
                isTest = false
            }
            for keyword in ["struct ", "class ", "enum ", "extension "] {
                guard let name = text.identifier(after: keyword), name.first?.isUppercase == true else { continue }
                types.removeAll { $0.indentation >= indentation }
                types.append((indentation, name))
            }
        }
        return tests
    }
}

extension StringProtocol {
    /// The letters and digits behind a word, if the text has that word.
    fileprivate func identifier(after word: String) -> String? {
        guard let range = range(of: word) else { return nil }
        let name = self[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return name.isEmpty ? nil : String(name)
    }

    fileprivate func wholeRest(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
