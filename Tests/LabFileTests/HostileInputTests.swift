import CloudModel
import LabFile
import Testing

/// Whatever the text, reading ends soon, with a lab or with a reason.
@Suite("Hostile input")
struct HostileInputTests {
    private func survives(_ text: String) {
        let reading = LabFile.read(text, file: "fuzz.yaml")
        #expect((reading.lab == nil) == reading.problems.contains { $0.severity == .error })
        #expect(reading.lab != nil || !reading.problems.isEmpty)
        for problem in reading.problems { #expect(problem.origin.line >= 1 && problem.origin.column >= 1) }
    }

    @Test("a lab cut off anywhere", arguments: ["private-nat", "public-igw"])
    func truncated(name: String) throws {
        let bytes = Array(try Fixtures.text("labs/\(name).yaml").utf8)
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 150)) {
            survives(String(decoding: bytes[..<length], as: UTF8.self))
        }
    }

    @Test("a lab with random bytes changed", arguments: [11, 12, 13])
    func mutated(seed: UInt64) throws {
        var generator = Seeded(seed: seed)
        let original = Array(try Fixtures.text("labs/public-igw.yaml").utf8)
        let bytes = Array("{}[]:,-?&*!|>'\"%@`# \n\t0123456789abz\\".utf8) + [0, 0x7F, 0x80, 0xC3, 0xE2, 0xFF]
        for _ in 0..<120 {
            var text = original
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: text[place] = bytes[Int.random(in: 0..<bytes.count, using: &generator)]
                case 1: text.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
                default: text.removeSubrange(place..<min(text.count, place + Int.random(in: 1...40, using: &generator)))
                }
            }
            survives(String(decoding: text, as: UTF8.self))
        }
    }

    @Test("a lab with its lines shuffled, doubled and dropped", arguments: [21, 22])
    func shuffled(seed: UInt64) throws {
        var generator = Seeded(seed: seed)
        let lines = try Fixtures.text("labs/private-nat.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        for _ in 0..<60 {
            var text = lines
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let (from, to) = (
                    Int.random(in: 0..<text.count, using: &generator), Int.random(in: 0..<text.count, using: &generator)
                )
                switch Int.random(in: 0...2, using: &generator) {
                case 0: text.swapAt(from, to)
                case 1: text.insert(text[from], at: to)
                default: text.remove(at: from)
                }
            }
            survives(text.joined(separator: "\n"))
        }
    }

    @Test(
        "values of every wrong kind in every place",
        arguments: ["[]", "{}", "~", "-1", "'x'", "[[a]]", "{ a: { b: c } }", "1e9", "!!int x"])
    func wrongKinds(value: String) throws {
        let lines = try Fixtures.text("labs/public-igw.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices {
            guard let colon = lines[index].firstIndex(of: ":"), !lines[index].contains("#") else { continue }
            var text = lines
            text[index] = Substring(String(lines[index][...colon]) + " " + value)
            survives(text.joined(separator: "\n"))
        }
    }

    @Test(
        "nesting without end",
        arguments: ["[", "{", "{a: ", "- ", "? ", "[{a: ", "[? ", "a: [", "!!x [", "{? {"])
    func deep(unit: String) {
        survives(String(repeating: unit, count: 100_000))
        survives("lab: x\nsubnets: " + String(repeating: unit, count: 900))
    }

    @Test("deep indentation")
    func indented() {
        var text = ""
        for depth in 0..<2_000 { text += String(repeating: " ", count: depth) + "a:\n" }
        survives(text)
    }

    @Test("aliases that would grow without end")
    func aliases() {
        var text = "lab: x\na0: &a0 [x]\n"
        for level in 1...60 {
            text += "a\(level): &a\(level) [\(repeatElement("*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        let reading = LabFile.read(text + "? *a60\n: x\n", file: "bomb.yaml")
        #expect(
            reading.problems.map(\.message) == ["a lab file has no YAML anchors and aliases, and this line uses `*a0`"])
    }

    @Test("a file too large, or with too many values, is refused unread")
    func large() {
        let large = LabFile.read(String(repeating: "# comment\n", count: 1_000_001), file: "large.yaml")
        #expect(large.problems.map(\.message) == ["the file has 10000010 bytes; at most 10000000 are read"])
        let many = LabFile.read("lab: [" + String(repeating: "a,", count: 1_000_001), file: "many.yaml")
        #expect(many.problems.map(\.message) == ["the file holds more than 1000000 values"])
    }

    @Test("a file wrong everywhere is reported in part")
    func wrongEverywhere() {
        let text =
            "lab: x\nvpc: { cidr: 10.0.0.0/16 }\ninstances:\n"
            + (0..<3_000).map { "  i\($0): { subnet: nowhere }\n" }.joined()
        let reading = LabFile.read(text, file: "wrong.yaml")
        #expect(reading.problems.count == 501)
        #expect(reading.problems.last?.message == "2500 more problems are not shown")
    }

    @Test("a key written a hundred times")
    func manyTwins() {
        survives("lab: x\nvpc: { cidr: 10.0.0.0/16 }\n" + String(repeating: "title: x\n", count: 100))
        survives(
            "lab: x\n'lab': x\n\"lab\": x\n\"l\\x61b\": y\n[]: a\n[]: b\n{}: c\n{}: d\n? |\n  a\n: b\n? |\n  a\n: c\n")
    }

    @Test(
        "a name that could lead out of a folder is no name",
        arguments: [
            "../x", "a/b", "/etc", "..", ".", "a\\0b", "a b", "a\\nb", "-rf", "\u{1F980}", "A", "a.b", "$(id)", "a;b",
            "%2e",
        ])
    func names(name: String) {
        for text in [
            "lab: \"\(name)\"\nvpc: { cidr: 10.0.0.0/16 }\n",
            "lab: x\nvpc: { cidr: 10.0.0.0/16 }\nsubnets: { a: { cidr: 10.0.0.0/18 } }\n"
                + "instances: { \"\(name)\": { subnet: a } }\n",
            "lab: x\nvpc: { cidr: 10.0.0.0/16 }\ninternet: { \"\(name)\": {} }\n",
        ] {
            let reading = LabFile.read(text, file: "name.yaml")
            #expect(reading.lab == nil)
            #expect(reading.problems.contains { $0.severity == .error && $0.origin.line >= 1 }, "\(text)")
        }
    }

    @Test("a text of nearly ten megabytes in one value is refused soon, and not repeated in full")
    func longValue() {
        let longest = String(repeating: "a", count: 9_900_000)
        let long = longest.prefix(1_000_000)
        let clock = ContinuousClock()
        for text in [
            "lab: \(longest)\n", "lab: x\nvpc: { cidr: \(long) }\n", "\(long): x\n", "lab: x\nvpc: { \(long): 1 }\n",
        ] {
            let time = clock.measure {
                let reading = LabFile.read(text, file: "long.yaml")
                #expect(reading.lab == nil)
                #expect(reading.problems.allSatisfy { $0.rendered.utf8.count < 4096 }, "a message of megabytes")
            }
            #expect(time < .seconds(30))
        }
    }

    @Test("a hundred thousand subnets are read, and refused with a bounded report")
    func manySubnets() {
        let lines = (0..<100_000).map {
            "  s\($0): { cidr: 10.\($0 >> 12 & 255).\($0 >> 4 & 255).\(($0 & 15) * 16)/28 }\n"
        }
        let text = "lab: x\nvpc: { cidr: 10.0.0.0/16 }\nsubnets:\n" + lines.joined()
        let clock = ContinuousClock()
        let time = clock.measure {
            let reading = LabFile.read(text, file: "many.yaml")
            #expect(reading.lab == nil)
            #expect(reading.problems.count <= 501)
        }
        #expect(time < .seconds(60))
    }

    @Test("thousands of instances are read and validated quickly")
    func thousands() throws {
        let text =
            "lab: x\nvpc: { cidr: 10.0.0.0/16 }\nsubnets: { a: { cidr: 10.0.0.0/18 } }\ninstances:\n"
            + (0..<3_000).map { "  i\($0): { subnet: a, listens: { http: 80 } }\n" }.joined()
        let clock = ContinuousClock()
        var reading: Reading?
        let time = clock.measure { reading = LabFile.read(text, file: "many.yaml") }
        #expect(reading?.lab?.vpcs.first?.instances.count == 3_000)
        #expect(time < .seconds(20))
    }
}

/// A small generator (SplitMix64) so that a failing case comes back with its seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
