import AWSImport
import CloudModel
import SeededRandom
import Testing

@Suite("Whatever a folder holds, it is read or refused, and never crashes")
struct HostileInputTests {
    /// Parts that make a description mean something else.
    private static let pieces = [
        "null", "[]", "{}", "-1", "65536", "99999999999999999999", "1e999", "\"\"", "true", "\"0.0.0.0/0\"",
        "\"10.0.0.0/33\"", "\"255.255.255.255\"", "\"::/0\"", "\"local\"", "\"../../etc\"", "\"\\u0000\"",
        "\"\\ud800\"", "\"vpc-0404e08ceddf7f650\"", "{\"a\":{\"b\":[1]}}", "\"tcp\"", "\"58\"", "\"blackhole\"",
    ]

    @Test("mutated descriptions", arguments: Snapshots.real)
    func mutated(snapshot: String) throws {
        // The list of AWS's services is long and holds nothing that is read.
        let files = try Snapshots.files(of: snapshot).filter { !$0.path.contains("VpcEndpointServices") }
        var random = SeededGenerator(seed: 0x5eed ^ UInt64(snapshot.utf8.count))
        var refused = 0
        for _ in 0..<300 {
            var copy = files
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: copy.indices, using: &random)
                let file = copy[index]
                copy[index] = DescriptionFile(
                    path: file.path, folders: file.folders, bytes: Self.mutated(file.bytes, &random))
            }
            let imported = AWSImport.read(copy, name: snapshot)
            #expect((imported.lab == nil) == imported.problems.contains { $0.severity == .error })
            if let lab = imported.lab {
                #expect(lab.validate().allSatisfy { $0.severity == .warning })
            } else {
                refused += 1
            }
        }
        #expect(refused > 30, "mutations that nothing notices test nothing")
    }

    private static func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var bytes = bytes
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
        case 2: bytes.removeSubrange(place...)
        case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 400)], at: place)
        default: replaceValue(from: place, in: &bytes, &random)
        }
        return bytes
    }

    /// Puts something else after the next `:`, as far as the end of the line.
    private static func replaceValue(from place: Int, in bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
        var end = colon + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: ",") { end += 1 }
        bytes.replaceSubrange((colon + 1)..<end, with: Array((pieces.randomElement(using: &random) ?? "").utf8))
    }

    @Test(
        "texts that are no JSON, with the place",
        arguments: [
            ("", "1:1", "ends"), ("{", "1:2", "key"), ("[1,]", "1:4", "no value"), ("{\"a\" 1}", "1:6", "`:`"),
            ("\n\n  nul", "3:3", "no value"), ("\"abc", "1:5", "closed"), ("\"a\\x\"", "1:5", "escape"),
            ("[01]", "1:4", "zero"), ("1.", "1:3", "point"), ("1e", "1:3", "exponent"), ("{} {}", "1:4", "follows"),
            ("\"\\ud800x\"", "1:8", "surrogate"), ("\"\\uZZZZ\"", "1:4", "hexadecimal"), ("[1 2]", "1:4", "`]`"),
            ("{\"a\":1 \"b\"", "1:8", "`}`"), ("{\"Vpcs\":[\"a\nb\"]}", "1:13", "closed in its line"),
        ])
    func notJSON(text: String, place: String, words: String) {
        let imported = Snapshots.read(["Vpcs.json": text])
        #expect(imported.lab == nil)
        #expect(imported.says("Vpcs.json:\(place): error: this is not JSON", words), "\(imported.rendered)")
    }

    @Test("depth is bounded")
    func deep() {
        let text = String(repeating: "[", count: 100_000)
        let imported = Snapshots.read(["Vpcs.json": text])
        #expect(imported.says("more than 64 levels"), "\(imported.rendered)")
    }

    @Test("a value of the wrong kind is named with its path")
    func wrongKind() {
        let imported = Snapshots.read(["a.json": #"{"Vpcs": [{"VpcId": ["x"], "CidrBlock": 7}, 5], "Subnets": {}}"#])
        #expect(imported.lab == nil)
        #expect(imported.says("a.json:1:21", "`Vpcs[0].VpcId` is a list, and text is expected"))
        #expect(imported.says("a.json:1:", "`Vpcs[1]` is a number, and an object is expected"))
        #expect(imported.says("a.json:1:", "`Subnets` is an object, and a list is expected"))
    }

    @Test("an empty folder says what it should hold")
    func empty() {
        #expect(Snapshots.read([:]).says("no file of the folder describes a VPC", "describe-subnets"))
        #expect(Snapshots.read(["x.json": "[]"]).says("holds a list, and not what"))
    }

    @Test("UTF-16 is refused with its place, a byte-order mark of UTF-8 is not")
    func encodings() {
        let text = #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#
        let units = text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let wide: [UInt8] = [0xFF, 0xFE] + units
        let refused = AWSImport.read([DescriptionFile(path: "w.json", bytes: wide)], name: "x")
        #expect(refused.lab == nil && refused.says("w.json:1:1: error: this is not JSON"))
        let marked = AWSImport.read(
            [DescriptionFile(path: "m.json", bytes: [0xEF, 0xBB, 0xBF] + Array(text.utf8))], name: "x")
        #expect(marked.lab != nil, "\(marked.rendered)")
    }

    @Test("nothing that a folder holds, nor its name, controls a terminal")
    func control() {
        let imported = Snapshots.read([
            "\u{1B}[31m\u{9B}2J.json":
                #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "\u001b[31m", "State": "\u009bA\u202e\n"}], "\u001b]0;x": []}"#
        ])
        #expect(imported.problems.count > 2)
        for problem in imported.problems {
            #expect(problem.rendered.unicodeScalars.allSatisfy { $0 == "\n" || ObjectName.isPrintable($0) })
        }
    }

    @Test("a VPC without a block is none")
    func noBlock() {
        let imported = Snapshots.read(["x.json": #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": ""}]}"#])
        #expect(imported.lab == nil && imported.says("`vpc-1` has no IPv4 block"))
    }

    @Test("more things than an account has are refused, and not read one by one")
    func tooMany() {
        let things = String(repeating: "{},", count: ImportLimits.things) + "{}"
        let imported = Snapshots.read(["x.json": #"{"CustomerGateways": [\#(things)]}"#])
        #expect(imported.lab == nil && imported.says("more than 100000 things"))
    }
}
