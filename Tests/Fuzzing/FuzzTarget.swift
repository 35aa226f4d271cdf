/// One parser and how to try it.
public struct FuzzTarget: Sendable {
    /// What its inputs look like; decides how they are changed.
    public enum Form: Sendable {
        /// Indented lines of keys and values.
        case yaml
        /// Values within values, each in its brackets.
        case json
        /// Any other text.
        case text
        /// Bytes with lengths inside.
        case binary
    }

    public let name: String
    public let form: Form
    /// Valid and nearly valid inputs to begin with.
    public let seeds: @Sendable () -> [[UInt8]]
    /// Tries one input. The number stands for what came of it: an input with a new number is kept and changed further.
    /// Throws a `Finding` when something that must hold does not; a trap ends the process.
    public let run: @Sendable ([UInt8]) throws -> UInt64

    public init(
        name: String, form: Form, seeds: @escaping @Sendable () -> [[UInt8]],
        run: @escaping @Sendable ([UInt8]) throws -> UInt64
    ) {
        self.name = name
        self.form = form
        self.seeds = seeds
        self.run = run
    }

    /// Longer inputs are cut: a run has many short trials rather than few long ones.
    public var longest: Int { form == .binary ? 4096 : 32_768 }
}

/// A promise that a parser broke.
public struct Finding: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Throws unless the promise holds.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) throws {
    if !holds { throw Finding(what()) }
}

/// A short number for what came of an input: FNV-1a, for Swift's own hashes differ from run to run.
struct Outcome {
    private(set) var number: UInt64 = 0xcbf2_9ce4_8422_2325

    init(_ parts: String...) { for part in parts { add(part) } }

    mutating func add(_ text: String) {
        for byte in text.utf8 { number = (number ^ UInt64(byte)) &* 0x100_0000_01b3 }
        number = (number ^ 0xff) &* 0x100_0000_01b3
    }

    /// The order of magnitude, so that outcomes stay few.
    mutating func add(_ count: Int) { add("\(count.bitWidth - count.magnitude.leadingZeroBitCount)") }
}
